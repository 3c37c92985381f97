// Promise: the bridge stops in order when told to, soon whatever its children do, says by its exit code
// whether anything was cut off, and leaves no process behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr exit_status forced_exit{true, 1};

class shutdown : public in_both_isolations {
protected:
    static pid_t grandchild_of(mcp_session& session, const std::string& arguments) {
        return static_cast<pid_t>(integer(session.call("grandchild", arguments).at("result/structuredContent/pid"), -1));
    }
    static bool is_gone(pid_t pid) {
        return eventually([pid] { return !is_running(pid); });
    }
};
IN_BOTH_ISOLATIONS(shutdown);

TEST_P(shutdown, of_an_idle_bridge_is_clean_and_leaves_no_child) {
    for (const int number : {SIGTERM, SIGINT}) {
        hosted_fixture host(how());
        mcp_session session = host.session();
        http_client idle = host.connect();
        EXPECT_EQ(idle.get("/healthz").status, 200);
        const pid_t child = host.last_child();
        ASSERT_TRUE(is_running(child));
        host.bridge().signal(number);
        EXPECT_TRUE(idle.is_closed_by_server());
        EXPECT_EQ(host.bridge().wait(), clean_exit);
        EXPECT_FALSE(is_running(child));
    }
}

TEST_P(shutdown, lets_a_call_in_flight_end) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client json = session.begin_post(call_text("1", "slow", R"({"ms":400})"));
    http_client stream =
        session.begin_post(request_text("2", "tools/call", R"({"name":"progress","arguments":{"count":2,"ms":200},"_meta":{"progressToken":1}})"));
    EXPECT_TRUE(stream.read_head().is_event_stream());
    ASSERT_TRUE(host.receives("slow"));
    host.bridge().signal(SIGTERM);
    ASSERT_TRUE(host.bridge().logs("stopping (signal 15)"));
    EXPECT_EQ(read_answer(json, 1).text(), "slept");
    EXPECT_THAT(stream.read_body(), HasSubstr("finished"));
    EXPECT_EQ(host.bridge().wait(), clean_exit);
    EXPECT_TRUE(json.is_closed_by_server());
}

TEST_P(shutdown, does_not_wait_for_the_rest_of_half_a_request) {
    hosted_fixture host(how({"--drain-timeout", "60"}));
    http_client half = host.connect();
    ASSERT_TRUE(half.send_raw("POST /mcp HTTP/1.1\r\nHost: local"));
    EXPECT_EQ(host.connect().get("/healthz").status, 200);  // the half was read before this was answered
    host.bridge().signal(SIGTERM);
    EXPECT_EQ(host.bridge().wait(), clean_exit);
}

TEST_P(shutdown, takes_nothing_new_and_says_so) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":600})"));
    ASSERT_TRUE(host.receives("slow"));
    // The one connection that is neither idle nor answered: half of its request is there.
    http_client half = host.connect();
    half.send_raw("GET /readyz HTTP/1.1\r\nHost: local");
    EXPECT_EQ(host.connect().get("/healthz").status, 200) << "by now the half is read";
    host.bridge().signal(SIGTERM);
    ASSERT_TRUE(host.bridge().logs("stopping"));
    EXPECT_TRUE(eventually([&] {
        try {
            host.connect();
            return false;
        } catch (const http_failure&) {
            return true;
        }
    }));
    half.send_raw("host\r\n\r\n");
    const response_head refused = half.read_head();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("connection"), "close");
    EXPECT_THAT(half.read_body(), HasSubstr("shutting down"));
    EXPECT_EQ(read_answer(call, 1).text(), "slept");
    EXPECT_EQ(host.bridge().wait(), clean_exit);
}

TEST_P(shutdown, cuts_off_a_call_that_does_not_end) {
    hosted_fixture host(how({"--drain-timeout", "0.2", "--stop-grace", "0.2"}));
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":600000})"));
    ASSERT_TRUE(host.receives("slow"));
    host.bridge().signal(SIGTERM);
    const mcp_answer answer = read_answer(call, 1);
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), HasSubstr("shutting down"));
    EXPECT_EQ(host.bridge().wait(), forced_exit);
    EXPECT_TRUE(is_gone(host.last_child()));
}

TEST_P(shutdown, ends_children_that_ignore_everything) {
    hosted_fixture host(how({"--stop-grace", "0.1"}, {"--ignore-term", "--ignore-eof"}));
    mcp_session session = host.session();
    const pid_t child = host.last_child();
    ASSERT_TRUE(is_running(child));
    EXPECT_EQ(host.bridge().stop(), clean_exit);
    EXPECT_FALSE(is_running(child));
    EXPECT_THAT(host.bridge().log(), HasSubstr("ignored SIGTERM and is killed"));
}

TEST_P(shutdown, ends_a_child_that_takes_no_input_in_the_same_time) {
    // Longer than the bridge grants beyond the two steps of the ladder: a third one would show.
    hosted_fixture host(how({"--stop-grace", "1.5", "--request-timeout", "0.5"}, {"--ignore-term"}));
    mcp_session session = host.session();
    session.call("stop_reading");
    // More than a pipe holds: it is never written to the end.
    EXPECT_EQ(error_code(session.call("echo", R"({"text":")" + std::string(2'000'000, 'x') + R"("})").message), -32001);
    EXPECT_EQ(host.bridge().stop(), clean_exit);
    EXPECT_FALSE(is_running(host.last_child()));
}

TEST_P(shutdown, ends_grandchildren_too) {
    for (const char* wishes : {"{}", R"({"hold_stdout":true})", R"({"ignore_term":true,"hold_stdout":true})"}) {
        hosted_fixture host(how({"--stop-grace", "0.2"}));
        mcp_session session = host.session();
        const pid_t grandchild = grandchild_of(session, wishes);
        ASSERT_GT(grandchild, 1);
        ASSERT_TRUE(is_running(grandchild));
        EXPECT_EQ(host.bridge().stop(), clean_exit) << wishes;
        EXPECT_TRUE(is_gone(grandchild)) << wishes;
    }
}

TEST_P(shutdown, stops_at_once_at_the_second_signal) {
    // Where the first look at the server is not ended again it can be one that would take the whole ladder.
    hosted_fixture host(is_shared() ? how({"--drain-timeout", "600", "--stop-grace", "600"}, {"--ignore-term", "--ignore-eof"})
                                    : how({"--drain-timeout", "600"}));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    const pid_t child = host.last_child();
    host.bridge().signal(SIGTERM);
    ASSERT_TRUE(host.bridge().logs("stopping (signal 15)"));
    host.bridge().signal(SIGINT);
    EXPECT_EQ(host.bridge().wait(), forced_exit);
    EXPECT_THAT(host.bridge().log(), HasSubstr("stopping at once"));
    EXPECT_TRUE(is_gone(child));
}

TEST_P(shutdown, does_not_wait_for_a_server_that_is_still_starting) {
    hosting slow = how({"--stop-grace", "0.2", "--drain-timeout", "0.2"}, {"--not-reading", "--ignore-term"});
    slow.works = false;
    hosted_fixture host(slow);
    http_client opening = host.client().begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{}})");
    ASSERT_TRUE(eventually([&] { return !host.starts().empty(); }));
    const auto children = children_of(host.bridge().pid());
    const auto ended = host.bridge().stop();
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->exited);
    for (const pid_t child : children) EXPECT_TRUE(is_gone(child));
}

TEST(shutdown_in_session_isolation, of_one_session_takes_its_process_and_no_other) {
    hosted_fixture host({.arguments = {"--stop-grace", "0.2"}, .flags = {"--ignore-term", "--ignore-eof"}});
    mcp_session first = host.session();
    const pid_t firsts = host.last_child();
    mcp_session second = host.session();
    const pid_t seconds = host.last_child();
    http_client call = first.begin_post(call_text("1", "slow", R"({"ms":600000})"));
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_EQ(first.terminate().status, 200);
    EXPECT_THAT(error_text(read_answer(call, 1).message), HasSubstr("closed the session"));
    EXPECT_TRUE(eventually([&] { return !is_running(firsts); }));
    EXPECT_TRUE(is_running(seconds));
    EXPECT_EQ(second.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
