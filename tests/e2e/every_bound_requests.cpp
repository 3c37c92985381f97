// The bounds that a request meets on its way in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/every_bound.hpp"
#include "tests/e2e/modern_client.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr long server_error = -32000;

void send_large_headers(hosted_fixture& host) {
    expect_refusal(host.connect().get("/mcp", {{"X-Much", std::string(40 * 1024, 'x')}}), 431, server_error, "headers");
}

void send_large_body(hosted_fixture& host) {
    mcp_session session = host.session();
    expect_refusal(session.post(call_text("1", "echo", R"({"x":")" + std::string(2000, 'x') + R"("})")), 413, server_error, "body");
}

void send_deep_json(hosted_fixture& host) {
    mcp_session session = host.session();
    expect_refusal(session.post(call_text("1", "echo", R"({"x":[[[[[[[[[[]]]]]]]]]]})")), 400, -32700, "deep");
}

void send_large_batch(hosted_fixture& host) {
    mcp_session session = host.session({.version = "2025-03-26"});
    const std::string ping = request_text("1", "ping");
    expect_refusal(session.post("[" + ping + "," + ping + "," + ping + "]"), 400, -32600, "more than 2 messages");
}

void open_too_many_connections_of_one_address(hosted_fixture& host) {
    http_client first = host.connect();
    http_client second = host.connect();
    for (http_client* each : {&first, &second}) EXPECT_EQ(each->get("/healthz").status, 200);
    EXPECT_TRUE(host.connect().is_closed_by_server());
}

void open_too_many_connections(hosted_fixture& host) {
    http_client first = host.connect();
    http_client second = host.connect();
    EXPECT_EQ(first.get("/healthz").status, 200);
    EXPECT_EQ(second.get("/healthz").status, 200);
    http_client third = host.connect();
    third.send_request("GET", "/healthz");
    EXPECT_THROW(third.read_head(200ms), http_failure) << "it waits";
    first.close();
    EXPECT_EQ(third.read_head().status, 200);
}

void keep_a_connection_for_long(hosted_fixture& host) {
    const mcp_session session = host.session();
    http_client busy = host.connect();
    http_client quiet = host.connect();
    EXPECT_EQ(quiet.get("/healthz").status, 200);
    const http_response answer = busy.post("/mcp", session.headers(), call_text("1", "progress", R"({"count":8,"ms":100})"));
    EXPECT_EQ(at(answer.body, "result/content/0/text"), R"("finished")") << "a reply is never cut";
    EXPECT_TRUE(busy.is_closed_by_server());
    EXPECT_TRUE(quiet.is_closed_by_server());
}

void open_too_many_sessions(hosted_fixture& host, const std::string& says) {
    mcp_session first = host.session();
    mcp_session second = host.client();
    const mcp_answer refused = second.initialize();
    expect_refusal(refused, 503, server_error, says);
    EXPECT_NE(refused.http.header("retry-after"), "");
    EXPECT_EQ(second.id(), "");
}

void create_too_many_tasks(hosted_fixture& host) {
    mcp_session session = host.session();
    const auto create = [&] {
        return session.request("tools/call", R"({"name":"echo","arguments":{"ms":600000},"task":{}})").at("result/task/taskId");
    };
    const std::string first = create();
    const std::string second = create();
    expect_refusal(session.request("tasks/get", R"({"taskId":)" + first + "}"), 200, -32602, "Task not found");
    EXPECT_EQ(session.request("tasks/get", R"({"taskId":)" + second + "}").at("result/taskId"), second);
}

void ask_too_much_in_a_session(hosted_fixture& host) {
    mcp_session session = host.session();
    const http_client call = begin_endless(host, session, "it");
    const mcp_answer refused = session.call("echo");
    expect_refusal(refused, 429, server_error, "in flight in this session");
    EXPECT_NE(refused.http.header("retry-after"), "");
}

void ask_too_much_of_a_process(hosted_fixture& host) {
    mcp_session session = host.session();
    const http_client call = begin_endless(host, session, "it");
    expect_refusal(session.call("echo"), 503, server_error, "in flight on the server");
}

void wait_with_too_many(hosted_fixture& host) {
    mcp_session session = host.session();
    const http_client at_work = begin_endless(host, session, "it");
    const http_client waits = session.begin_call("echo");
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 2; }));
    expect_refusal(session.call("echo"), 503, server_error, "wait for a server process already");
}

void subscribe_too_often(hosted_fixture& host) {
    mcp_session session = host.session();
    EXPECT_EQ(session.request("resources/subscribe", R"({"uri":"test://one"})").at("result"), "{}");
    expect_refusal(session.request("resources/subscribe", R"({"uri":"test://two"})"), 200, server_error, "as many subscriptions as it may");
}

// Of two programs only one's handshake is kept: the other's client is met like a stranger.
void come_back_with_too_many(hosted_fixture& host) {
    sse_session forgotten(host.port(), {.capabilities = R"({"roots":{}})", .headers = {{"User-Agent", "one"}}});
    forgotten.open();
    sse_session other(host.port(), {.capabilities = R"({"sampling":{}})", .headers = {{"User-Agent", "two"}}});
    other.open();
    const auto declared = [](sse_session& client) {
        client.drop();
        client.come_back_as_new();
        return std::string(at(client.call("received").message, "result/structuredContent/received/0/params/capabilities"));
    };
    EXPECT_EQ(declared(forgotten), "{}");
    EXPECT_EQ(declared(other), R"({"sampling":{}})");
}

// A call that cannot become a task is answered as if there were none.
void make_too_many_tasks(hosted_fixture& host) {
    modern_client client(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    EXPECT_EQ(client.call("slow", R"({"ms":60000})").at("result/resultType"), R"("task")");
    EXPECT_EQ(client.call("slow", R"({"ms":1500})").at("result/resultType"), R"("complete")");
}

}  // namespace

std::vector<bound_hit> bounds_of_requests() {
    const auto sessions = [](hosted_fixture& host) { open_too_many_sessions(host, "1 sessions that may be open"); };
    const auto own_sessions = [](hosted_fixture& host) { open_too_many_sessions(host, "1 sessions that one key may have"); };
    const auto processes = [](hosted_fixture& host) { open_too_many_sessions(host, "1 server processes that may run"); };
    const hosting with_key{.arguments = {"--max-principal-sessions", "1"},
                           .environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789"},
                           .headers = {{"x-functions-key", "alice-key-0123456789"}}};
    return {
        {"max-header-size", {}, send_large_headers},
        {"max-body-size", {.arguments = {"--max-body-size", "1KiB"}}, send_large_body},
        {"max-json-depth", {.arguments = {"--limit", "max-json-depth=8"}}, send_deep_json},
        {"max-batch", {.arguments = {"--limit", "max-batch=2"}}, send_large_batch},
        {"max-connections-per-address", {.arguments = {"--limit", "max-connections-per-address=2"}}, open_too_many_connections_of_one_address},
        {"max-connections", {.arguments = {"--max-connections", "2"}}, open_too_many_connections},
        {"max-connection-age", {.arguments = {"--limit", "max-connection-age=0.4"}}, keep_a_connection_for_long},
        {"max-sessions", {.arguments = {"--max-sessions", "1"}}, sessions},
        {"max-principal-sessions", with_key, own_sessions},
        {"max-children", {.arguments = {"--max-children", "1", "--limit", "place-timeout=0.2"}}, processes, {"place-timeout"}},
        {"max-session-requests", {.arguments = {"--max-session-requests", "1"}}, ask_too_much_in_a_session},
        {"max-child-requests", {.arguments = {"--max-child-requests", "1"}}, ask_too_much_of_a_process},
        {"max-waiting-requests",
         {.isolation = "request", .arguments = {"--max-children", "1", "--limit", "max-waiting-requests=1"}},
         wait_with_too_many},
        {"max-tasks", {.isolation = "shared", .arguments = {"--limit", "max-tasks=1"}, .flags = {"--tasks"}}, create_too_many_tasks},
        {"max-background-tasks", {.arguments = {"--task-after", "0.1", "--limit", "max-background-tasks=1"}}, make_too_many_tasks},
        {"max-principal-tasks", {.arguments = {"--task-after", "0.1", "--limit", "max-principal-tasks=1"}}, make_too_many_tasks},
        {"max-subscriptions", {.arguments = {"--limit", "max-subscriptions=1"}}, subscribe_too_often},
        {"max-handshakes", {.arguments = {"--limit", "max-handshakes=1"}}, come_back_with_too_many},
    };
}

}  // namespace e2e
