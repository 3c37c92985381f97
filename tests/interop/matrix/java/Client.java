import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The official Java SDK. It asks of every pair what checks.mjs asks for the clients in JavaScript. The SDK keeps the id of its
 * session to itself, so the client uses the wire, and asks it.
 *
 * <pre>java Client PLAN</pre>
 */
final class Client {
    private static final McpJsonMapper JSON = McpJsonDefaults.getMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Map<String, Object> plan;
    private final Map<String, Object> server;
    private final Map<String, Tap.Body> checks = new LinkedHashMap<>();
    private Session session;
    private Object sessionId;

    private Client(Map<String, Object> plan) {
        this.plan = plan;
        this.server = object(plan, "server");
        checks.put("initialize", this::initialize);
        checks.put("unasked", () -> Tap.eventually("a request of the server", () -> session.asked.contains(server.get("unasked"))));
        checks.put("ping", () -> session.client.ping());
        checks.put("tools", () -> lists(plain(session.client.listTools()), "tools", "name", "tools"));
        checks.put("resources", this::resources);
        checks.put("prompts", () -> lists(plain(session.client.listPrompts()), "prompts", "name", "prompts"));
        checks.put("call", () -> includes(call(session, "call"), text(object(server, "call"), "text")));
        checks.put("read", this::read);
        checks.put("prompt", this::prompt);
        checks.put("completion", this::completion);
        checks.put("progress", this::progress);
        checks.put("logging", this::logging);
        checks.put("sampling", () -> includes(call(session, "sampling"), Session.COMPLETION));
        checks.put("elicitation", () -> includes(call(session, "elicitation"), "Ada Lovelace"));
        checks.put("roots", () -> includes(call(session, "roots"), text(object(server, "roots"), "text")));
        checks.put("updates", this::updates);
        checks.put("resume", () -> overWire(false));
        checks.put("cut", () -> overWire(true));
        checks.put("terminate", this::terminate);
    }

    public static void main(String[] arguments) throws IOException {
        @SuppressWarnings("unchecked")
        Client client = new Client(JSON.readValue(Files.readString(Path.of(arguments[0])), Map.class));
        Tap tap = new Tap();
        for (Object name : list(client.plan, "checks")) {
            tap.check((String) name, client.checks.get(name));
        }
        tap.finish();
    }

    private Session open() {
        Map<String, Object> form = server.containsKey("elicitation") ? object(object(server, "elicitation"), "content") : Map.of();
        Session opened = new Session(text(object(plan, "wire"), "url"), text(plan, "kind"), text(plan, "root"), form);
        opened.client.initialize();
        return opened;
    }

    private Map<String, Object> wire(String action) throws Exception {
        URI uri = URI.create(text(object(plan, "wire"), "control") + "/" + action);
        String state = HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        return object(Map.of("state", JSON.readValue(state, Map.class)), "state");
    }

    private void initialize() throws Exception {
        session = open();
        Tap.ensure(session.client.getServerInfo().name().equals(server.get("name")), session.client.getServerInfo());
        sessionId = wire("state").get("session");
        Tap.ensure(text(plan, "kind").equals("sse") || sessionId != null, "no session id");
    }

    private void resources() {
        lists(plain(session.client.listResources()), "resources", "uri", "resources");
        lists(plain(session.client.listResourceTemplates()), "resourceTemplates", "uriTemplate", "templates");
    }

    private void read() {
        Map<String, Object> entry = object(server, "read");
        includes(plain(session.client.readResource(new McpSchema.ReadResourceRequest(text(entry, "uri")))), text(entry, "text"));
    }

    private void prompt() {
        Map<String, Object> entry = object(server, "prompt");
        McpSchema.GetPromptRequest request = new McpSchema.GetPromptRequest(text(entry, "name"), object(entry, "arguments"));
        includes(plain(session.client.getPrompt(request)), text(entry, "text"));
    }

    private void completion() {
        Map<String, Object> entry = object(server, "completion");
        Map<String, Object> argument = object(entry, "argument");
        McpSchema.CompleteResult result = session.client.completeCompletion(new McpSchema.CompleteRequest(
            new McpSchema.PromptReference(text(object(entry, "ref"), "name")),
            new McpSchema.CompleteRequest.CompleteArgument(text(argument, "name"), text(argument, "value"))));
        Tap.ensure(result.completion().values().equals(entry.get("values")), result);
    }

    private void progress() throws Exception {
        int before = session.progress.size();
        call(session, "progress");
        allSteps(session, before, object(server, "progress"));
    }

    /** Waits for the last step, because the SDK may deliver the result of a call before its progress. */
    private static void allSteps(Session session, int before, Map<String, Object> entry) throws Exception {
        List<Double> expected = new ArrayList<>();
        for (int step = 1; step <= ((Number) entry.get("steps")).intValue(); step++) {
            expected.add((double) step);
        }
        try {
            Tap.eventually("the last step", () -> session.progress.size() >= before + expected.size());
        } finally {
            List<Double> steps = session.progress.subList(before, session.progress.size());
            Tap.ensure(steps.equals(expected), "the steps are " + steps);
        }
    }

    private void logging() throws Exception {
        session.client.setLoggingLevel(McpSchema.LoggingLevel.DEBUG);
        call(session, "logging");
        String wanted = text(object(server, "logging"), "text");
        Tap.eventually("a log message", () -> session.logs.stream().anyMatch(data -> data.contains(wanted)));
        call(session, "logging");
    }

    private void updates() throws Exception {
        String uri = text(object(server, "updates"), "uri");
        session.client.subscribeResource(new McpSchema.SubscribeRequest(uri));
        call(session, "updates");
        Tap.eventually("an update of " + uri, () -> session.updated.contains(uri));
        call(session, "updates");
        session.client.unsubscribeResource(new McpSchema.UnsubscribeRequest(uri));
    }

    /** Makes a call on a connection of its own, which the bridge ends at its highest age, or the network cuts. */
    private void overWire(boolean cut) throws Exception {
        Object before = wire("state").get("resumed");
        Session far = open();
        CompletableFuture<Map<String, Object>> call = CompletableFuture.supplyAsync(() -> call(far, "resume"));
        if (cut) {
            Tap.eventually("progress of the call", () -> far.progress.size() > 2);
            wire("cut");
        }
        call.get();
        allSteps(far, 0, object(server, "resume"));
        Tap.ensure(!wire("state").get("resumed").equals(before), "the client never sent Last-Event-ID");
        far.client.closeGracefully();
    }

    private void terminate() throws Exception {
        session.client.closeGracefully();
        HttpRequest request = HttpRequest.newBuilder(URI.create(text(plan, "url")))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("Mcp-Session-Id", (String) sessionId)
            .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"))
            .build();
        int status = HTTP.send(request, BodyHandlers.discarding()).statusCode();
        Tap.ensure(status == 404, "the status is " + status);
    }

    private Map<String, Object> call(Session from, String name) {
        Map<String, Object> entry = object(server, name);
        McpSchema.CallToolRequest request = McpSchema.CallToolRequest.builder(text(entry, "tool"))
            .arguments(object(entry, "arguments"))
            .progressToken(name)
            .build();
        Map<String, Object> result = plain(from.client.callTool(request));
        Tap.ensure(!Boolean.TRUE.equals(result.get("isError")), "the tool failed: " + result);
        return result;
    }

    private void lists(Map<String, Object> result, String member, String key, String expected) {
        List<Object> have = list(result, member).stream().<Object>map(item -> ((Map<?, ?>) item).get(key)).toList();
        for (Object one : server.containsKey(expected) ? list(server, expected) : List.of()) {
            Tap.ensure(have.contains(one), "no " + one + " among the " + member + ": " + have);
        }
    }

    private static void includes(Map<String, Object> result, String expected) {
        String text = textOf(result);
        Tap.ensure(text.contains(expected), "no \"" + expected + "\" in " + text);
    }

    /** Every text of a result, on a line each. */
    private static String textOf(Object value) {
        StringBuilder text = new StringBuilder();
        if (value instanceof List<?> items) {
            items.forEach(item -> text.append(textOf(item)).append('\n'));
        } else if (value instanceof Map<?, ?> object) {
            if (object.get("text") instanceof String own) {
                return own;
            }
            for (String key : List.of("content", "contents", "messages", "resource")) {
                text.append(textOf(object.get(key)));
            }
        }
        return text.toString();
    }

    /** The form that a value has in JSON. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> plain(Object value) {
        try {
            return JSON.readValue(JSON.writeValueAsString(value), Map.class);
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Map<String, Object> value, String key) {
        return (Map<String, Object>) value.get(key);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Map<String, Object> value, String key) {
        return (List<Object>) value.get(key);
    }

    private static String text(Map<String, Object> value, String key) {
        return (String) value.get(key);
    }
}
