// The bounds of what waits for clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/every_bound.hpp"
#include "tests/e2e/stream_reader.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

// Until nobody reads any more, what comes is held: then it is too much for that, too.
void read_too_slowly(hosted_fixture& host) {
    mcp_session session = host.session();
    http_client call = session.begin_call("log", R"({"count":400,"text":")" + std::string(50'000, 'x') + R"("})");
    EXPECT_TRUE(host.bridge().logs("too slowly", 30s));
    call.read_head();
    EXPECT_THROW(read_on(call), http_failure) << "it is cut, so that no client takes it for the end";
    // In the same session the rest of the log would go with this call.
    EXPECT_EQ(host.session().call("echo").text(), "ok");
}

void be_away(hosted_fixture& host) {
    mcp_session session = host.session();
    // Of equal ones only one is held.
    const auto notify = [&](int number) {
        const std::string params = R"("params":{"n":)" + std::to_string(number) + "}";
        EXPECT_EQ(session.call("notify", R"({"method":"notifications/custom",)" + params + "}").text(), "notified");
    };
    for (int i = 1; i <= 5; ++i) notify(i);
    http_client stream = session.listen();
    stream_reader all;
    all.take(stream, 2);
    notify(6);
    all.take(stream, 1);
    EXPECT_EQ(all.others, 3);
    EXPECT_EQ(all.comments_with("3 messages were lost"), 1);
}

void come_back_late(hosted_fixture& host) {
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(50, 1));
    call.read_head();
    stream_reader all;
    all.take(call, 1);
    call.close(true);
    EXPECT_EQ(session.call("slow", R"({"ms":700})").text(), "slept");
    http_client resumed = session.listen(all.last_id);
    const stream_reader rest = read_on(resumed);
    EXPECT_EQ(rest.comments_with("45 messages were lost"), 1);
    EXPECT_EQ(rest.answers, 1) << "an answer is never among those";
}

void ask_the_client_too_much(hosted_fixture& host) {
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    http_client stream = session.listen();
    session.call("ask", R"({"method":"roots/list","after_answer":true})");
    const auto asked = stream.read_event();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(asked->data, "method"), R"("roots/list")");
    const mcp_answer refused = session.call("ask", R"({"method":"roots/list"})");
    EXPECT_EQ(refused.at("result/structuredContent/answer/error/code"), "-32603");
    EXPECT_TRUE(refused.earlier.empty());
}

void answer_with_too_much(hosted_fixture& host) {
    mcp_session session = host.session();
    expect_refusal(session.call("big", R"({"bytes":100000})"), 200, -32603, "more than the 65536");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

void write_a_long_line(hosted_fixture& host) {
    mcp_session session = host.session();
    EXPECT_EQ(session.call("stderr", R"({"text":")" + std::string(3000, 'x') + R"("})").text(), "written");
    EXPECT_TRUE(host.bridge().logs("xxx ... (1976 bytes cut)"));
}

void write_too_many_lines(hosted_fixture& host) {
    mcp_session session = host.session();
    EXPECT_EQ(session.call("flood_stderr", R"({"mib":4})").text(), "flooded");
    EXPECT_TRUE(host.bridge().logs("further lines (--limit max-log-rate=N)"));
    EXPECT_LT(host.bridge().log().size(), 500'000U) << "of 4 MiB";
    // What is said at a pace that somebody can read is logged again.
    EXPECT_TRUE(eventually([&] {
        session.call("stderr", R"({"text":"quiet again"})");
        return host.bridge().log().find("quiet again") != std::string::npos;
    }));
}

void write_to_the_deaf(hosted_fixture& host) {
    mcp_session session = host.session();
    session.call("stop_reading");
    const http_client call = session.begin_call("echo", R"({"text":")" + std::string(1024 * 1024, 'x') + R"("})");
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 1; }));
    expect_refusal(session.call("echo"), 503, -32000, "does not read its input");
}

// Bodies whose ends do not come.
void fill_the_memory(hosted_fixture& host) {
    const mcp_session session = host.session();
    std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n";
    for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
    std::vector<http_client> held;
    for (int i = 0; i < 4; ++i) {
        held.push_back(host.connect());
        held.back().send_raw(head + "\r\n{" + std::string(3'500'000, ' '));
    }
    EXPECT_TRUE(eventually([&] {
        http_client late = host.connect();
        late.send_raw(head + "\r\n");
        try {
            return late.read_head(200ms).status == 503;
        } catch (const http_failure&) {
            return false;
        }
    }));
}

}  // namespace

std::vector<bound_hit> bounds_of_streams() {
    return {
        {"max-stream-size", {.arguments = {"--limit", "max-stream-size=64KiB"}}, read_too_slowly, {"max-held-size"}},
        {"max-held-size", {.arguments = {"--limit", "max-held-messages=2"}}, be_away},
        {"max-memory", {.arguments = {"--max-memory", "16MiB"}}, fill_the_memory},
        {"max-replay-size", {.arguments = {"--limit", "max-replay-events=5"}}, come_back_late},
        {"max-server-requests", {.arguments = {"--limit", "max-server-requests=1"}}, ask_the_client_too_much},
        {"max-line-size", {.arguments = {"--max-line-size", "64KiB"}}, answer_with_too_much},
        {"max-stderr-line", {.arguments = {"--limit", "max-stderr-line=1KiB"}}, write_a_long_line},
        {"max-log-rate", {.arguments = {"--limit", "max-log-rate=10"}}, write_too_many_lines},
        {"max-child-backlog", {.arguments = {"--limit", "max-child-backlog=64KiB"}}, write_to_the_deaf},
    };
}

}  // namespace e2e
