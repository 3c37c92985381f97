import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncCompletionSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server of the official Java SDK, which offers what the matrix checks. The servers of FastMCP and in Rust offer the same. */
final class Server {
    private static final String GREETING = "interop://greeting";

    interface Tool {
        String call(McpSyncServerExchange exchange, CallToolRequest request) throws Exception;
    }

    private Server() {}

    public static void main(String[] arguments) {
        var server = McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
            .serverInfo("interop-java", "1.0.0")
            .capabilities(McpSchema.ServerCapabilities.builder().tools(false).prompts(false).resources(false, false).completions().logging().build())
            .resources(new SyncResourceSpecification(
                McpSchema.Resource.builder(GREETING, "greeting").build(), (exchange, request) -> read(request)))
            .resourceTemplates(new SyncResourceTemplateSpecification(
                McpSchema.ResourceTemplate.builder(GREETING + "/{name}", "greeting of").build(), (exchange, request) -> read(request)))
            .prompts(new SyncPromptSpecification(
                new McpSchema.Prompt("greet", "a greeting", List.of(new McpSchema.PromptArgument("name", "whom to greet", true))),
                (exchange, request) -> prompt(request)))
            .completions(new SyncCompletionSpecification(
                new McpSchema.PromptReference("greet"), (exchange, request) -> complete(request.argument().value())));
        Map<String, Tool> tools = Map.of("echo", Server::echo, "count", Server::count, "log", Server::log, "sample", Server::sample,
            "elicit", Server::elicit, "roots", Server::roots);
        tools.forEach((name, tool) -> server.toolCall(
            McpSchema.Tool.builder(name, Map.<String, Object>of("type", "object")).build(), (exchange, request) -> result(tool, exchange, request)));
        server.build();
    }

    private static CallToolResult result(Tool tool, McpSyncServerExchange exchange, CallToolRequest request) {
        try {
            return CallToolResult.builder().addTextContent(tool.call(exchange, request)).isError(false).build();
        } catch (Exception error) {
            return CallToolResult.builder().addTextContent(String.valueOf(error)).isError(true).build();
        }
    }

    private static String echo(McpSyncServerExchange exchange, CallToolRequest request) {
        return "Echo: " + request.arguments().get("message");
    }

    private static String count(McpSyncServerExchange exchange, CallToolRequest request) throws InterruptedException {
        int steps = ((Number) request.arguments().get("steps")).intValue();
        double seconds = ((Number) request.arguments().get("seconds")).doubleValue();
        for (int step = 1; step <= steps; step++) {
            Thread.sleep((long) (seconds * 1_000 / steps));
            exchange.progressNotification(new McpSchema.ProgressNotification(request.progressToken(), step, (double) steps, null));
        }
        return "counted to " + steps;
    }

    private static String log(McpSyncServerExchange exchange, CallToolRequest request) {
        exchange.loggingNotification(
            McpSchema.LoggingMessageNotification.builder(McpSchema.LoggingLevel.INFO, "a message for the log").build());
        return "logged";
    }

    private static String sample(McpSyncServerExchange exchange, CallToolRequest request) {
        var question = new McpSchema.SamplingMessage(McpSchema.Role.USER, new McpSchema.TextContent("a line"));
        var answer = exchange.createMessage(McpSchema.CreateMessageRequest.builder(List.of(question), 10).build());
        return ((McpSchema.TextContent) answer.content()).text();
    }

    private static String elicit(McpSyncServerExchange exchange, CallToolRequest request) {
        Map<String, Object> schema = Map.of(
            "type", "object", "properties", Map.of("value", Map.of("type", "string")), "required", List.of("value"));
        return String.valueOf(exchange.createElicitation(
            McpSchema.ElicitFormRequest.builder("What is your name?", schema).build()).content().get("value"));
    }

    private static String roots(McpSyncServerExchange exchange, CallToolRequest request) {
        return String.join(", ", exchange.listRoots().roots().stream().map(McpSchema.Root::uri).toList());
    }

    private static McpSchema.ReadResourceResult read(McpSchema.ReadResourceRequest request) {
        return new McpSchema.ReadResourceResult(
            List.of(new McpSchema.TextResourceContents(request.uri(), "text/plain", "Grüße from the resource")));
    }

    private static McpSchema.GetPromptResult prompt(McpSchema.GetPromptRequest request) {
        var text = new McpSchema.TextContent("Say hi to " + request.arguments().get("name"));
        return new McpSchema.GetPromptResult("a greeting", List.of(new McpSchema.PromptMessage(McpSchema.Role.USER, text)));
    }

    private static McpSchema.CompleteResult complete(String beginning) {
        List<String> names = Stream.of("Ada", "Alan", "Grace").filter(name -> name.startsWith(beginning)).toList();
        return new McpSchema.CompleteResult(new McpSchema.CompleteResult.CompleteCompletion(names, names.size(), false));
    }
}
