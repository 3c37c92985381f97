// The deadlines of connections, requests and sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/every_bound.hpp"
#include "tests/e2e/modern_client.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr long timed_out = -32001;

// One byte at a time, as slowloris does: the time is for all of them together.
void trickle(http_client& connection) {
    EXPECT_TRUE(eventually([&] { return !connection.send_raw("x"); }));
}

void trickle_headers(hosted_fixture& host) {
    http_client connection = host.connect();
    connection.send_raw("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    trickle(connection);
}

void trickle_a_body(hosted_fixture& host) {
    const mcp_session session = host.session();
    std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n";
    for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
    http_client connection = host.connect();
    connection.send_raw(head + "\r\n{");
    trickle(connection);
}

void ask_nothing_more(hosted_fixture& host) {
    http_client connection = host.connect();
    EXPECT_EQ(connection.get("/healthz").status, 200);
    EXPECT_TRUE(connection.is_closed_by_server());
}

void read_nothing(hosted_fixture& host) {
    mcp_session session = host.session();
    http_client connection = session.begin_call("big", R"({"bytes":30000000})");
    const long id = session.last_request_id();
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_limit_hits_total{limit=\"write-timeout\"}") >= 1; }, 30s));
    EXPECT_THROW(read_answer(connection, id), http_failure) << "it is cut";
    EXPECT_EQ(session.call("echo").text(), "ok");
}

void ask_what_is_not_answered(hosted_fixture& host) {
    mcp_session session = host.session();
    expect_refusal(session.call("slow", R"({"ms":600000})"), 200, timed_out, "Request timed out");
}

void ask_what_is_never_finished(hosted_fixture& host) {
    mcp_session session = host.session();
    const mcp_answer answer =
        session.request("tools/call", R"({"name":"progress","arguments":{"count":1000,"ms":50},"_meta":{"progressToken":"t"}})");
    expect_refusal(answer, 200, timed_out, "Request timed out");
    EXPECT_GT(answer.earlier.size(), 1U);
}

void speak_to_the_deaf(hosted_fixture& host) {
    mcp_session session = host.session();
    session.call("stop_reading");
    expect_refusal(session.call("echo", R"({"text":")" + std::string(2'000'000, 'x') + R"("})"), 200, -32603, "has not read its input");
}

void ask_the_mute(hosted_fixture& host) {
    mcp_session session = host.session();
    expect_refusal(session.call("slow", R"({"ms":600000})"), 200, -32603, "did not answer a ping");
}

void leave_a_question_unasked(hosted_fixture& host) {
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    ASSERT_TRUE(host.receives("-32603"));
    EXPECT_THAT(error_text(host.line_with("-32603")), HasSubstr("no stream open"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

void listen_for_long(hosted_fixture& host) {
    mcp_session session = host.session();
    http_client stream = session.listen();
    EXPECT_FALSE(stream.read_event()) << "it ends by the book, for the client to come back";
    session.listen();
}

void take_the_place_of_the_unused(hosted_fixture& host) {
    mcp_session unused = host.session();
    mcp_session next = host.client();
    EXPECT_TRUE(eventually([&] { return next.initialize().http.status == 200; }));
    expect_refusal(unused.call("echo"), 404, timed_out, "Session not found");
}

void take_the_process_of_one_that_has_called(hosted_fixture& host) {
    mcp_session idle = host.session();
    EXPECT_EQ(idle.call("echo").text(), "ok");
    mcp_session next = host.session();
    EXPECT_TRUE(host.bridge().logs("falls asleep"));
}

void take_the_process_of_one_that_has_not(hosted_fixture& host) {
    mcp_session idle = host.session();
    mcp_session next = host.session();
    EXPECT_TRUE(host.bridge().logs("falls asleep"));
}

void wait_for_a_process(hosted_fixture& host) {
    mcp_session idle = host.session();
    const mcp_answer refused = host.client().initialize();
    expect_refusal(refused, 503, -32000, "none ended within 200 ms");
    EXPECT_GE(integer(refused.http.header("retry-after"), 0), 1);
}

void use_a_session_no_more(hosted_fixture& host) {
    mcp_session session = host.session();
    ASSERT_TRUE(host.bridge().logs("the session was idle for too long"));
    expect_refusal(session.call("echo"), 404, timed_out, "Session not found");
}

void lose_a_stream_for_good(hosted_fixture& host) {
    sse_session client(host.port());
    client.open();
    client.drop();
    EXPECT_TRUE(eventually([&] { return client.notify("notifications/x").status == 404; }));
}

// Waits until the state of the task that a call of `slow` becomes says `end`.
void wait_for_a_task(hosted_fixture& host, const std::string& milliseconds, const std::string& end) {
    modern_client client(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    const std::string id = client.call("slow", R"({"ms":)" + milliseconds + '}').at("result/taskId");
    const modern_message question = client.message("tasks/get", R"({"taskId":)" + id + '}', id.substr(1, id.size() - 2));
    EXPECT_TRUE(eventually([&] { return client.send(question).message.find(end) != std::string::npos; })) << client.send(question).message;
}

}  // namespace

std::vector<bound_hit> bounds_of_time() {
    return {
        {"header-timeout", {.arguments = {"--limit", "header-timeout=0.3"}}, trickle_headers},
        {"body-timeout", {.arguments = {"--limit", "body-timeout=0.3"}}, trickle_a_body},
        {"idle-timeout", {.arguments = {"--idle-timeout", "0.2"}}, ask_nothing_more},
        {"write-timeout", {.arguments = {"--limit", "write-timeout=0.5"}}, read_nothing},
        {"request-timeout", {.arguments = {"--request-timeout", "0.3"}}, ask_what_is_not_answered},
        {"max-request-time", {.arguments = {"--request-timeout", "0.5", "--max-request-time", "1"}}, ask_what_is_never_finished},
        {"input-timeout", {.arguments = {"--limit", "input-timeout=0.5", "--stop-grace", "0.2"}}, speak_to_the_deaf, {"stop-grace"}},
        {"ping-timeout", {.arguments = {"--limit", "ping-after=0.5", "--limit", "ping-timeout=0.5"}, .flags = {"--silent-on", "ping"}}, ask_the_mute},
        {"hold-timeout", {.arguments = {"--limit", "hold-timeout=0.3"}, .flags = {"--ask-when-initialized", "roots/list"}}, leave_a_question_unasked},
        {"stream-max-age", {.arguments = {"--stream-max-age", "0.3"}}, listen_for_long},
        // A new one is refused until the old one was unused for long enough.
        {"session-evict", {.arguments = {"--max-sessions", "1", "--limit", "session-evict=0.1"}}, take_the_place_of_the_unused, {"max-sessions"}},
        {"sleep-after", {.arguments = {"--max-children", "1", "--limit", "sleep-after=0.1"}}, take_the_process_of_one_that_has_called},
        {"sleep-listed-after", {.arguments = {"--max-children", "1", "--limit", "sleep-listed-after=0.1"}}, take_the_process_of_one_that_has_not},
        {"place-timeout", {.arguments = {"--max-children", "1", "--limit", "place-timeout=0.2"}}, wait_for_a_process, {"max-children"}},
        {"session-idle", {.arguments = {"--session-idle", "0.3", "--log-level", "debug"}}, use_a_session_no_more},
        {"max-task-time",
         {.arguments = {"--task-after", "0.1", "--limit", "max-task-time=0.5"}},
         [](hosted_fixture& host) { wait_for_a_task(host, "60000", "the task took longer than"); }},
        {"task-keep",
         {.arguments = {"--task-after", "0.1", "--limit", "task-keep=0.1"}},
         [](hosted_fixture& host) { wait_for_a_task(host, "1500", "Task not found"); }},
        {"sse-grace", {.arguments = {"--limit", "sse-grace=0.2"}}, lose_a_stream_for_good},
    };
}

}  // namespace e2e
