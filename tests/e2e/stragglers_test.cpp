// Promise: what a server process has started does not outlive it, wherever it went; a second process of the bridge sees to
// that, which is hard to lose and is gone when the bridge is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

pid_t started_by(mcp_session& session, const std::string& wishes) {
    const auto pid = static_cast<pid_t>(integer(session.call("grandchild", wishes).at("result/structuredContent/pid"), -1));
    EXPECT_GT(pid, 1);
    return pid;
}

bool is_gone(pid_t pid) {
    return eventually([pid] { return !is_running(pid); });
}

class stragglers : public in_both_isolations {};
IN_BOTH_ISOLATIONS(stragglers);

TEST_P(stragglers, of_a_server_that_crashed_are_ended) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const pid_t detached = started_by(session, R"({"own_session":true,"ignore_term":true})");
    const pid_t daemon = started_by(session, R"({"daemon":true,"ignore_term":true})");
    ASSERT_TRUE(is_running(detached) && is_running(daemon));
    session.call("crash");
    EXPECT_TRUE(is_gone(detached));
    EXPECT_TRUE(is_gone(daemon));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(stragglers_of_one_session, are_ended_with_it_and_nobody_elses_are) {
    hosted_fixture host;
    mcp_session first = host.session();
    mcp_session second = host.session();
    const pid_t firsts = started_by(first, R"({"daemon":true})");
    const pid_t seconds = started_by(second, R"({"daemon":true})");
    EXPECT_EQ(first.terminate().status, 200);
    EXPECT_TRUE(is_gone(firsts));
    EXPECT_TRUE(is_running(seconds));
    EXPECT_EQ(second.call("echo").text(), "ok");
    EXPECT_EQ(second.terminate().status, 200);
    EXPECT_TRUE(is_gone(seconds));
}

TEST(stragglers_of_a_request, are_ended_with_it) {
    hosted_fixture host({.isolation = "request"});
    mcp_session session = host.session();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(is_gone(started_by(session, R"({"daemon":true})")));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(stragglers, and_the_watchdog_are_gone_after_a_shutdown) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const pid_t watchdog = await_watchdog_of(host.bridge().pid());
    const pid_t daemon = started_by(session, R"({"daemon":true})");
    ASSERT_TRUE(is_running(watchdog));
    EXPECT_EQ(host.bridge().stop(), clean_exit);
    EXPECT_TRUE(is_gone(watchdog));
    EXPECT_TRUE(is_gone(daemon));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("watchdog")));
}

// As a terminal does at Ctrl-C, and a supervisor that signals the whole group.
TEST(stragglers_watchdog, is_out_of_reach_of_signals_to_the_group_of_the_bridge) {
    for (const int number : {SIGINT, SIGTERM}) {
        hosted_fixture host({.arguments = {"--stop-grace", "0.3"}, .flags = {"--ignore-eof", "--ignore-term"}});
        mcp_session session = host.session();
        const pid_t watchdog = await_watchdog_of(host.bridge().pid());
        const pid_t daemon = started_by(session, R"({"daemon":true})");
        const pid_t child = host.last_child();
        ASSERT_GT(host.bridge().pid(), 1);
        ASSERT_EQ(::kill(-host.bridge().pid(), number), 0);
        send_signal(watchdog, number);
        ASSERT_TRUE(host.bridge().logs("stopping"));
        // The ladder, which waits for the child twice, is climbed under guard.
        EXPECT_TRUE(is_running(watchdog) && is_running(child));
        EXPECT_EQ(host.bridge().wait(), clean_exit);
        for (const pid_t each : {watchdog, child, daemon}) EXPECT_TRUE(is_gone(each));
    }
}

TEST_P(stragglers, are_ended_by_another_watchdog_if_the_first_was_killed) {
    hosted_fixture host(how({}, {"--ignore-eof"}));
    mcp_session session = host.session();
    const pid_t bridge = host.bridge().pid();
    const pid_t daemon = started_by(session, R"({"daemon":true})");
    const pid_t first = await_watchdog_of(bridge);
    send_signal(first, SIGKILL);
    EXPECT_TRUE(host.bridge().logs("the watchdog process ended"));
    pid_t second = -1;
    ASSERT_TRUE(eventually([&] { return (second = watchdog_of(bridge)) > 1 && second != first; }));
    // It knows the children that were there before it, and does them no harm.
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_TRUE(is_running(daemon));
    EXPECT_TRUE(children_of(bridge).size() == 1 && is_running(host.last_child()));
    host.bridge().signal(SIGKILL);
    EXPECT_TRUE(eventually([&] { return !is_running(host.last_child()) && !is_running(daemon) && !is_running(second); }, 2s));
}

TEST_P(stragglers, watchdog_shows_and_holds_nothing_of_the_bridge) {
    hosting secret = how({"--env", "TOKEN=child-token-0123456789"});
    secret.environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789"};
    secret.headers = {{"x-functions-key", "alice-key-0123456789"}};
    hosted_fixture host(secret);
    http_client open_connection = host.connect();
    mcp_session session = host.session();
    const pid_t watchdog = await_watchdog_of(host.bridge().pid());
    ASSERT_TRUE(is_running(watchdog));
    EXPECT_THAT(command_line_of(watchdog), testing::StartsWith("mcp-watchdog"));
    EXPECT_THAT(command_line_of(watchdog) + environment_of(watchdog), Not(HasSubstr("0123456789")));
    EXPECT_THAT(command_line_of(watchdog), Not(HasSubstr("mcp-bridge")));
    // Its standard descriptors, its pipe and one for each child. Nothing that it looks into for a moment counts.
    EXPECT_TRUE(eventually([&] {
        std::size_t others = 0;
        for (const std::string& file : open_files_of(watchdog)) {
            others += file != "/dev/null" && !file.starts_with("pipe:") && file.find("pidfd") == file.npos ? 1 : 0;
        }
        return others == 0 && descriptors_of(watchdog) == 5;
    }));
}

}  // namespace
}  // namespace e2e
