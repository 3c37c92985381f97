// Promise: a server that dies is reported at once and in its own words to everybody who waits for it, and the
// next request finds a new one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr long internal_error = -32603;

class child_death : public in_both_isolations {
protected:
    static hosting broken(std::vector<std::string> flags) {
        hosting host = how({}, std::move(flags));
        host.works = false;
        return host;
    }
    static void expect_not_ready(const hosted_fixture& host, const std::string& says) {
        EXPECT_TRUE(eventually([&] { return host.connect().get("/readyz").body.find(says) != std::string::npos; }));
        const http_response page = host.connect().get("/readyz");
        EXPECT_EQ(page.status, 503);
        EXPECT_NE(page.header("retry-after"), "");
        EXPECT_EQ(host.connect().get("/healthz").status, 200);
    }
    static void expect_failure(const mcp_answer& answer, const std::string& says) {
        EXPECT_EQ(answer.http.status, 200);
        EXPECT_EQ(error_code(answer.message), internal_error) << answer.message;
        EXPECT_THAT(error_text(answer.message), HasSubstr(says));
    }
};
IN_BOTH_ISOLATIONS(child_death);

TEST_P(child_death, at_the_start_makes_initialize_fail) {
    hosted_fixture host(broken({"--crash-on", "start", "--crash-by", "exit:42", "--last-words", "no license found"}));
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    expect_failure(answer, "exit status 42");
    EXPECT_THAT(error_text(answer.message), HasSubstr("no license found"));
    EXPECT_EQ(answer.at("id"), "1");
    EXPECT_EQ(session.id(), "");
    expect_not_ready(host, "no license found");
}

TEST_P(child_death, on_initialize_makes_it_fail) {
    hosted_fixture host(broken({"--crash-on", "initialize", "--crash-by", "signal:11", "--last-words", "first", "--last-words", "second"}));
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    expect_failure(answer, "killed by signal 11 (Segmentation fault)");
    EXPECT_THAT(error_text(answer.message), HasSubstr("first | second"));
    EXPECT_EQ(session.id(), "");
    expect_not_ready(host, "signal 11");
}

TEST_P(child_death, before_initialize_is_got_over_when_it_ends) {
    const temp_folder folder;
    hosted_fixture host(broken({"--crash-on", "initialize", "--crash-once", folder.path("died")}));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder.path("died")); }));
    // What the bridge's first look still met is over for the clients.
    EXPECT_TRUE(eventually([&] { return host.client().initialize().http.header("mcp-session-id") != ""; }));
    EXPECT_TRUE(eventually([&] { return host.connect().get("/readyz").status == 200; }));
}

TEST_P(child_death, answers_every_call_in_flight) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    std::vector<http_client> calls;
    for (int i = 0; i < 3; ++i) {
        const std::string who = std::to_string(i);
        calls.push_back(session.begin_post(call_text(who, "slow", R"({"ms":600000,"who":)" + who + "}")));
        ASSERT_TRUE(host.receives(R"("who":)" + who));
    }
    http_client streaming =
        session.begin_post(request_text("9", "tools/call", R"({"name":"progress","arguments":{"count":2,"ms":600000},"_meta":{"progressToken":1}})"));
    EXPECT_TRUE(streaming.read_head().is_event_stream());
    EXPECT_TRUE(streaming.read_event());
    expect_failure(session.call("crash", R"({"how":"signal:9","stderr":"out of coffee"})"), "killed by signal 9");
    for (int i = 0; i < 3; ++i) {
        const mcp_answer answer = read_answer(calls[static_cast<std::size_t>(i)], i);
        EXPECT_EQ(answer.at("id"), std::to_string(i));
        expect_failure(answer, "killed by signal 9");
        EXPECT_THAT(error_text(answer.message), HasSubstr("out of coffee"));
    }
    const auto last = streaming.read_event();
    ASSERT_TRUE(last);
    EXPECT_EQ(error_code(last->data), internal_error);
    EXPECT_FALSE(streaming.read_event());
}

TEST_P(child_death, is_got_over_by_the_next_call_after_the_same_handshake) {
    hosted_fixture host(how());
    mcp_session session = host.session({.capabilities = R"({"sampling":{},"x":1.0})"});
    ASSERT_TRUE(is_shared() || host.receives("notifications/initialized"));
    const auto handshake = host.received();
    EXPECT_THAT(error_text(session.call("crash").message), HasSubstr("exit status 3"));
    EXPECT_EQ(session.call("echo").text(), "ok");
    const auto methods = host.received_methods();
    const std::vector<std::string> again(methods.end() - 3, methods.end());
    EXPECT_THAT(again, ElementsAre("initialize", "notifications/initialized", "tools/call"));
    if (!is_shared()) {
        EXPECT_EQ(host.received()[methods.size() - 3], handshake.front());
    }
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 1U : 2U);
}

TEST_P(child_death, while_nobody_calls_is_noticed_by_nobody) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("crash", R"({"then_answer":true})");
    const pid_t first = host.last_child();
    ASSERT_TRUE(eventually([&] { return !is_running(first); }));
    ASSERT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_NE(host.last_child(), first);
}

TEST_P(child_death, several_calls_that_find_no_server_share_the_next_one) {
    hosted_fixture host(how({}, {"--start-delay", "100"}));
    mcp_session session = host.session();
    session.call("crash");
    const std::size_t before = host.starts().size();
    std::vector<http_client> calls;
    for (int i = 0; i < 5; ++i) calls.push_back(session.begin_post(call_text(std::to_string(i), "echo")));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(read_answer(calls[static_cast<std::size_t>(i)], i).text(), "ok");
    EXPECT_EQ(host.starts().size(), before + 1);
}

TEST_P(child_death, by_a_closed_output_counts_as_one) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    expect_failure(session.call("close_stdout"), "closed its output");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(child_death, is_not_hidden_by_a_grandchild_that_holds_the_output) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer started = session.call("grandchild", R"({"hold_stdout":true})");
    const auto grandchild = static_cast<pid_t>(integer(started.at("result/structuredContent/pid"), -1));
    ASSERT_GT(grandchild, 1);
    expect_failure(session.call("crash", R"({"how":"exit:7"})"), "exit status 7");
    EXPECT_TRUE(eventually([&] { return !is_running(grandchild); }));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(child_death, is_nothing_to_a_call_that_comes_after_it_though_a_grandchild_holds_the_output) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("grandchild", R"({"hold_stdout":true,"own_session":true})");
    const pid_t first = host.last_child();
    http_client crashing = session.begin_post(call_text("9", "crash", R"({"how":"exit:7"})"));
    // Not before the bridge knows of it.
    ASSERT_TRUE(eventually([&] { return std::ranges::count(children_of(host.bridge().pid()), first) == 0; }));
    EXPECT_EQ(session.call("echo").text(), "ok");
    expect_failure(read_answer(crashing, 9), "exit status 7");
}

TEST_P(child_death, at_a_restart_is_told_to_who_called) {
    const temp_folder folder;
    const std::string switch_file = folder.path("broken");
    const std::string script = folder.file("server.sh", "[ -e " + switch_file +
                                                            " ] && { echo 'went away' >&2; exit 9; }\n"
                                                            "exec " +
                                                            fixture_binary() + "\n");
    bridge_process bridge({.arguments = {"--isolation", GetParam()}, .server = {"/bin/sh", script}});
    mcp_session session(bridge.port());
    session.open();
    folder.file("broken", "");
    session.call("crash");
    expect_failure(session.call("echo"), "went away");
    std::filesystem::remove(switch_file);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
