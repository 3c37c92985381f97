import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;

/** Tells the time in a zone, over stdio, until its input ends. */
public final class ClockServer {
    public static void main(String[] args) {
        Map<String, Object> schema = Map.of(
            "type", "object",
            "properties", Map.of("zone", Map.of("type", "string", "description", "For example Europe/Berlin")),
            "required", List.of("zone"));
        McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
            .serverInfo("clock", "1.0.0")
            .capabilities(ServerCapabilities.builder().tools(false).build())
            .toolCall(
                Tool.builder("time_in", schema).description("The time in a zone").build(),
                (exchange, request) -> CallToolResult.builder()
                    .addTextContent(ZonedDateTime.now(ZoneId.of((String) request.arguments().get("zone"))).toString())
                    .build())
            .build();
    }
}
