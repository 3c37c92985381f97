using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;

// Tells the time in a zone, over stdio, until its input ends.
var builder = Host.CreateApplicationBuilder(args);
// stdout belongs to the protocol.
builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
builder.Services.AddMcpServer().WithStdioServerTransport().WithTools<ClockTools>();
await builder.Build().RunAsync();

[McpServerToolType]
public sealed class ClockTools
{
    [McpServerTool(Name = "time_in"), Description("The time in a zone")]
    public static string TimeIn([Description("For example Europe/Berlin")] string zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById(zone)).ToString("O");
}
