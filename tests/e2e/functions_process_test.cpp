// Promise: as a custom handler the bridge is ready at once whatever its server does, comes back on the same port after any end, writes
// to the stream that the host takes for the right level, ends well only when it is told to, and keeps the keys to itself.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/e2e/functions_bridge.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(functions_process, answers_the_poll_at_once_whatever_the_server_does) {
    const std::vector<std::vector<std::string>> servers = {{fixture_binary()}, {"/bin/sleep", "1000"}, {"/bin/false"}, {"/nowhere/server"}};
    for (const auto& server : servers) {
        const functions_bridge bridge({.server = server});
        http_client client = bridge.connect();
        for (const char* method : {"GET", "HEAD"}) {
            const http_response home = client.request(method, "/", {{"Host", "127.0.0.1"}}, {}, 1s);
            EXPECT_EQ(home.status, 200) << server.front();
            EXPECT_EQ(home.header("location"), "");
            EXPECT_NE(home.header("content-length"), "") << "it is finite";
            EXPECT_LT(home.body.size(), 500U);
        }
    }
}

TEST(functions_process, comes_back_on_the_same_port_after_a_kill) {
    functions_options how;
    for (int i = 0; i < 3; ++i) {
        functions_bridge bridge(how);
        mcp_session session(bridge.port());
        session.open();
        http_client stream = session.listen();
        bridge.process().signal(SIGKILL);
        EXPECT_EQ(bridge.process().wait(), (exit_status{false, SIGKILL}));
        // The next one binds while the connections of this one are not forgotten.
    }
}

// Whoever stops debugging kills Core Tools.
TEST(functions_process, ends_when_the_host_was_killed) {
    functions_bridge bridge({.below_another = true});
    mcp_session session(bridge.port());
    session.open();
    const pid_t host = bridge.process().pid();
    const auto started = children_of(host);
    ASSERT_EQ(started.size(), 1U);
    const auto descendants = children_of(started.front());
    EXPECT_GE(descendants.size(), 1U) << "the server";
    bridge.process().signal(SIGKILL);
    EXPECT_TRUE(eventually([&] { return !is_running(started.front()); })) << bridge.output();
    for (const pid_t each : descendants) EXPECT_TRUE(eventually([&] { return !is_running(each); }));
    EXPECT_THAT(bridge.output(), HasSubstr("stopped")) << "in order";
}

TEST(functions_process, writes_no_error_for_what_is_none) {
    functions_bridge bridge({.arguments = {"--isolation", "shared"}});
    mcp_session session(bridge.port());
    session.open();
    session.call("stderr", R"({"text":"error: fail, severe, unhandled exception, warn"})");
    ASSERT_TRUE(eventually([&] { return bridge.output().find("unhandled exception") != std::string::npos; }));
    EXPECT_EQ(bridge.log(), "");
    session.call("line", R"({"text":"noise","then_answer":true})");
    ASSERT_TRUE(eventually([&] { return bridge.log().find("noise") != std::string::npos; }));
    // By this word the host tells a warning from an error.
    EXPECT_THAT(bridge.log(), HasSubstr("warn"));
}

TEST(functions_process, ends_well_when_told_to_and_not_otherwise) {
    for (const int number : {SIGINT, SIGTERM}) {
        functions_bridge bridge;
        bridge.process().signal(number);
        EXPECT_EQ(bridge.process().wait(), clean_exit);
        EXPECT_EQ(bridge.log(), "");
    }
    const functions_bridge first;
    const finished_bridge second = run_bridge({"--", fixture_binary()}, {"FUNCTIONS_CUSTOMHANDLER_PORT=" + std::to_string(first.port())});
    EXPECT_EQ(second.status, (exit_status{true, 1})) << "0 would be taken for a handler that runs, 200 for one to start again";
    const finished_bridge mistaken = run_bridge({"--path", "x", "--", "true"}, {"FUNCTIONS_CUSTOMHANDLER_PORT=1"});
    EXPECT_EQ(mistaken.status, (exit_status{true, 2}));
}

TEST(functions_process, outlives_its_server) {
    functions_bridge bridge;
    mcp_session session(bridge.port());
    session.open();
    session.call("crash");
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_FALSE(bridge.process().wait(milliseconds(0)));
}

TEST(functions_process, ends_well_when_a_terminal_interrupts_everything) {
    functions_bridge bridge({.arguments = {"--isolation", "shared"}});
    mcp_session session(bridge.port());
    session.open();
    const auto children = children_of(bridge.process().pid());
    ASSERT_FALSE(children.empty());
    ASSERT_EQ(kill(-bridge.process().pid(), SIGINT), 0) << "the bridge leads its group, as it does behind func start";
    for (const pid_t child : children) send_signal(child, SIGINT);
    EXPECT_EQ(bridge.process().wait(), clean_exit);
    for (const pid_t child : children) EXPECT_TRUE(eventually([&] { return !is_running(child); }));
}

TEST(functions_process, keeps_the_hosts_keys_to_itself) {
    constexpr const char* in_query = "key-in-the-query-0123456789";
    constexpr const char* in_header = "key-in-a-header-9876543210";
    const temp_folder folder;
    functions_bridge bridge(
        {.arguments = {"--log-level", "trace", "--max-body-size", "64KiB"}, .server = {fixture_binary(), "--record", folder.path("record")}});
    const std::string target = std::string("/mcp?code=") + in_query;
    mcp_session session(bridge.port(), {.path = target, .headers = {{"x-functions-key", in_header}}});
    session.open();
    EXPECT_EQ(session.call("echo").text(), "ok");
    session.call("crash");
    std::string answers = session.post("no JSON").body + session.post(std::string(65 * 1024, ' ')).body;
    http_client client = bridge.connect();
    answers += client.get(std::string("/nowhere?code=") + in_query).body;
    answers += client.request("PUT", target, {{"x-functions-key", in_header}}).body;
    answers += session.terminate().body;
    bridge.process().signal(SIGTERM);
    EXPECT_EQ(bridge.process().wait(), clean_exit);
    std::string record;
    for (const std::string& line : lines_of(folder.path("record"))) record += line;
    EXPECT_THAT(record, HasSubstr("echo"));
    EXPECT_THAT(bridge.output(), HasSubstr("session"));
    for (const char* key : {in_query, in_header}) {
        for (const std::string& text : {bridge.output(), bridge.log(), record, answers}) EXPECT_THAT(text, Not(HasSubstr(key)));
    }
}

}  // namespace
}  // namespace e2e
