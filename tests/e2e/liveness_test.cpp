// Promise: a server process that runs but does not work any more holds nobody up for longer than was set, and one that only works long is
// left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr long timed_out = -32001;

class liveness : public in_both_isolations {
protected:
    static hosting shown(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--metrics-listen", "0"});
        return how(std::move(arguments));
    }
    static double hits(const hosted_fixture& host, const std::string& limit) {
        return host.metric("mcp_bridge_limit_hits_total{limit=\"" + limit + "\"}");
    }
};
IN_BOTH_ISOLATIONS(liveness);

constexpr const char* with_token = R"(,"_meta":{"progressToken":"t"}})";

mcp_answer call_with_progress(mcp_session& session, int count, int ms) {
    return session.request(
        "tools/call", R"({"name":"progress","arguments":{"count":)" + std::to_string(count) + R"(,"ms":)" + std::to_string(ms) + "}" + with_token);
}

TEST_P(liveness, a_request_that_tells_of_progress_has_more_time) {
    hosted_fixture host(shown({"--request-timeout", "1"}));
    mcp_session session = host.session();
    const mcp_answer answer = call_with_progress(session, 8, 400);
    EXPECT_FALSE(answer.at("result").empty()) << answer.message;
    EXPECT_EQ(answer.earlier.size(), 8U);
    EXPECT_EQ(error_code(session.call("slow", R"({"ms":60000})").message), timed_out);
    EXPECT_EQ(hits(host, "request-timeout"), 1);
}

TEST_P(liveness, progress_does_not_give_a_request_all_the_time_in_the_world) {
    hosted_fixture host(shown({"--request-timeout", "1", "--max-request-time", "2"}));
    mcp_session session = host.session();
    EXPECT_EQ(error_code(call_with_progress(session, 200, 300).message), timed_out);
    EXPECT_EQ(hits(host, "max-request-time"), 1);
    EXPECT_TRUE(host.receives("notifications/cancelled")) << "the server is told";
}

TEST_P(liveness, a_request_whose_client_takes_no_stream_can_have_less_time) {
    hosted_fixture host(shown({"--max-silent-time", "1"}));
    mcp_session session = host.session();
    http_headers plain = session.headers();
    plain.erase("Accept");
    plain.emplace("Accept", "application/json");
    const std::string text = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"progress",)"
                             R"("arguments":{"count":10,"ms":300})" +
                             std::string(with_token) + "}";
    const http_response late = host.connect().post("/mcp", plain, text);
    EXPECT_EQ(late.status, 200);
    EXPECT_EQ(error_code(late.body), timed_out) << "progress, of which it cannot be told, gives no more";
    EXPECT_EQ(hits(host, "max-request-time"), 1);
    EXPECT_FALSE(call_with_progress(session, 5, 300).at("result").empty()) << "who takes streams has all the time";
}

TEST_P(liveness, a_server_that_stands_still_is_found_by_a_ping_and_replaced) {
    hosted_fixture host(shown({"--limit", "ping-after=1", "--limit", "ping-timeout=1", "--stop-grace", "0.2"}));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":60000})");
    const long id = session.last_request_id();
    ASSERT_TRUE(host.receives("slow"));
    const pid_t stands_still = host.last_child();
    ASSERT_GT(stands_still, 1);
    ASSERT_EQ(::kill(stands_still, SIGSTOP), 0);
    const mcp_answer answer = read_answer(call, id);
    EXPECT_THAT(error_text(answer.message), HasSubstr("did not answer a ping"));
    EXPECT_EQ(hits(host, "ping-timeout"), 1);
    EXPECT_TRUE(eventually([&] { return !is_running(stands_still); }));
    EXPECT_FALSE(session.call("echo").at("result").empty());
}

TEST_P(liveness, a_server_that_answers_pings_may_take_its_time) {
    hosted_fixture host(shown({"--limit", "ping-after=0.5", "--limit", "ping-timeout=1"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.call("slow", R"({"ms":4000})").http.status, 200);
    EXPECT_TRUE(host.receives(R"("method":"ping")"));
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 1U);
}

TEST_P(liveness, a_server_that_does_not_read_is_given_up) {
    hosted_fixture host(shown({"--limit", "input-timeout=1", "--stop-grace", "0.2"}));
    mcp_session session = host.session();
    session.call("stop_reading");
    // More than a pipe holds.
    const mcp_answer answer = session.call("echo", R"({"text":")" + std::string(2'000'000, 'x') + R"("})");
    EXPECT_THAT(error_text(answer.message), HasSubstr("has not read its input"));
    EXPECT_EQ(hits(host, "input-timeout"), 1);
    EXPECT_FALSE(session.call("echo").at("result").empty());
}

}  // namespace
}  // namespace e2e
