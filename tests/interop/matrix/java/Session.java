import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** A session of the SDK, and what its server sends by itself. */
final class Session {
    static final String COMPLETION = "a completion from the client";

    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<String> logs = new CopyOnWriteArrayList<>();
    final List<String> updated = new CopyOnWriteArrayList<>();
    final List<Double> progress = new CopyOnWriteArrayList<>();
    final McpSyncClient client;

    Session(String url, String kind, String root, Map<String, Object> form) {
        client = McpClient.sync(new ListeningTransport(transportTo(URI.create(url), kind), asked, progress))
            // The SDK waits 20 s, which is too short for a cold start on a busy machine.
            .initializationTimeout(Duration.ofSeconds(60))
            .clientInfo(new McpSchema.Implementation("interop", "1.0.0"))
            .capabilities(McpSchema.ClientCapabilities.builder().roots(false).sampling().elicitation().build())
            .roots(new McpSchema.Root(root, "interop"))
            .sampling(request -> McpSchema.CreateMessageResult.builder(McpSchema.Role.ASSISTANT, COMPLETION, "none").build())
            .elicitation(request -> new McpSchema.ElicitResult(McpSchema.ElicitResult.Action.ACCEPT, form))
            .loggingConsumer(message -> logs.add(message.data()))
            .resourcesUpdateConsumer(contents -> contents.forEach(content -> updated.add(content.uri())))
            .build();
    }

    /** The builders put a path behind the origin: the default is /mcp or /sse. */
    private static McpClientTransport transportTo(URI url, String kind) {
        String origin = url.getScheme() + "://" + url.getAuthority();
        return kind.equals("sse")
            ? HttpClientSseClientTransport.builder(origin).sseEndpoint(url.getPath()).build()
            : HttpClientStreamableHttpTransport.builder(origin).endpoint(url.getPath()).build();
    }

    /**
     * Notes what comes over the wire. The SDK answers roots/list without a word to the program, and it hands progress to a
     * program on several threads, so that the order is lost.
     */
    private record ListeningTransport(McpClientTransport inner, List<String> asked, List<Double> progress) implements McpClientTransport {
        private void note(McpSchema.JSONRPCMessage message) {
            if (message instanceof McpSchema.JSONRPCRequest request) {
                asked.add(request.method());
            } else if (message instanceof McpSchema.JSONRPCNotification notification
                && notification.method().equals(McpSchema.METHOD_NOTIFICATION_PROGRESS)) {
                progress.add(((Number) ((Map<?, ?>) notification.params()).get("progress")).doubleValue());
            }
        }

        @Override
        public Mono<Void> connect(Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
            return inner.connect(messages -> handler.apply(messages.doOnNext(this::note)));
        }

        @Override
        public void setExceptionHandler(Consumer<Throwable> handler) {
            inner.setExceptionHandler(handler);
        }

        @Override
        public Mono<Void> closeGracefully() {
            return inner.closeGracefully();
        }

        @Override
        public Mono<Void> sendMessage(McpSchema.JSONRPCMessage message) {
            return inner.sendMessage(message);
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return inner.unmarshalFrom(data, type);
        }

        @Override
        public List<String> protocolVersions() {
            return inner.protocolVersions();
        }
    }
}
