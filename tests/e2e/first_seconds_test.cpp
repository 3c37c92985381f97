// Promise: in the first seconds of the bridge its own look at the server takes nothing that a client needs, clients that come together do not break
// the first start of the server for each other, and whoever asks learns at each moment what is known of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string opening = R"({"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}})";

// The bridge never looks at the server itself during a test.
const std::vector<std::string> never_tries = {"--limit", "trial-after=1000"};
// It looks at once.
const std::vector<std::string> tries_at_once = {"--limit", "trial-after=0"};

std::vector<std::string> joined(std::vector<std::string> one, const std::vector<std::string>& two) {
    one.insert(one.end(), two.begin(), two.end());
    return one;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t out = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++out;
    return out;
}

class first_seconds : public testing::TestWithParam<const char*> {
protected:
    bridge_options how(const std::vector<std::string>& arguments, const std::vector<std::string>& flags) const {
        return {.arguments = joined({"--isolation", GetParam()}, arguments),
                .server = joined({fixture_binary(), "--starts", folder_.path("starts"), "--record", folder_.path("record")}, flags)};
    }

    // Clients that come at these moments, each to a bridge of its own, are served.
    void expect_service(const bridge_options& options) const {
        for (const milliseconds after : {0ms, 150ms, 500ms}) {
            bridge_process bridge(options);
            EXPECT_TRUE(stays_true([&] { return bridge.connect().get("/healthz").status == 200; }, after));
            mcp_session session(bridge.port());
            const mcp_answer answer = session.initialize();
            ASSERT_NE(session.id(), "") << GetParam() << " after " << after.count() << " ms: " << answer.message << '\n' << bridge.log();
            session.notify("notifications/initialized");
            EXPECT_EQ(session.call("echo").text(), "ok") << bridge.log();
            EXPECT_EQ(bridge.stop(), clean_exit);
        }
    }

    std::vector<std::string> starts() const { return lines_of(folder_.path("starts")); }
    std::vector<std::string> received() const { return lines_of(folder_.path("record")); }

    const temp_folder folder_;
};
IN_ALL_ISOLATIONS(first_seconds);

TEST_P(first_seconds, leave_the_only_place_to_the_first_client) {
    expect_service(how({"--max-children", "1"}, {}));
    // The trial has the place, and gives it up.
    expect_service(how(joined({"--max-children", "1"}, tries_at_once), {"--start-delay", "300"}));
}

TEST_P(first_seconds, leave_a_lock_of_the_server_to_the_first_client) {
    if (GetParam() == std::string_view("request")) GTEST_SKIP() << "each request has a process, so a lock that outlives a request cannot work";
    expect_service(how({}, {"--lock", folder_.path("lock")}));
    expect_service(how(tries_at_once, {"--lock", folder_.path("lock"), "--start-delay", "300"}));
}

TEST_P(first_seconds, install_the_server_once_for_clients_that_come_together) {
    for (const char* warm : {"0", "1", "2"}) {
        const temp_folder cache;
        bridge_process bridge(how({"--warm", warm}, {"--cold-install", cache.path("")}));
        std::vector<http_client> all;
        for (int i = 0; i < 3; ++i) all.push_back(mcp_session(bridge.port()).begin("initialize", opening));
        for (http_client& each : all) EXPECT_NE(read_answer(each, 1).at("result"), "") << bridge.log();
        EXPECT_TRUE(std::filesystem::exists(cache.path("installed")));
        EXPECT_FALSE(std::filesystem::exists(cache.path("broken")));
        EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
}

TEST_P(first_seconds, do_not_cut_an_installation_off_for_a_client_that_comes_during_the_trial) {
    const temp_folder cache;
    bridge_process bridge(how(tries_at_once, {"--cold-install", cache.path("")}));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(cache.path("installing")); }));
    mcp_session session(bridge.port());
    session.open();
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_FALSE(std::filesystem::exists(cache.path("broken")));
}

TEST_P(first_seconds, say_nothing_to_the_server_before_a_client_comes) {
    bridge_process bridge(how(joined(never_tries, {"--metrics-listen", "0"}), {}));
    ASSERT_TRUE(eventually([&] { return starts().size() == 1; }));
    const http_response page = bridge.connect().get("/readyz");
    EXPECT_EQ(page.status, 503);
    EXPECT_EQ(page.body, "the server was started, and has not answered a message yet\n");
    EXPECT_TRUE(stays_true([&] { return received().empty() && starts().size() == 1; }, 300ms));
    mcp_session session(bridge.port(), {.version = "2025-06-18"});
    session.open();
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    EXPECT_TRUE(bridge.logs("ready: stdio-fixture 1.0.0 (2025-"));
    EXPECT_THAT(bridge.log(), Not(HasSubstr(" tools"))) << "the client's time is not spent on a question of the bridge";
    const mcp_answer process = session.call("process");
    EXPECT_EQ(process.at("result/structuredContent/pid"), starts().front()) << "the client has the first process";
    EXPECT_EQ(bridge.stop(), clean_exit);
}

TEST_P(first_seconds, without_a_client_end_with_one_line_that_says_what_the_server_is) {
    bridge_process bridge(how({"--limit", "trial-after=0.2"}, {"--ignore-eof"}));
    ASSERT_TRUE(bridge.logs("ready: stdio-fixture 1.0.0 (2025-11-25), "));
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    const bool stays = GetParam() != std::string_view("session");
    EXPECT_TRUE(eventually([&] { return children_of(bridge.pid()).size() == (stays ? 1U : 0U); }));
    EXPECT_TRUE(stays_true([&] { return bridge.log().find("ended") == std::string::npos; }, 200ms)) << bridge.log();
    EXPECT_THAT(bridge.log(), HasSubstr(" tools\n"));
    for (const char* alarming : {"signal", "killed", "could not", "warning", "error"}) EXPECT_THAT(bridge.log(), Not(HasSubstr(alarming)));
    mcp_session(bridge.port()).open();
    mcp_session(bridge.port()).open();
    EXPECT_EQ(count_of(bridge.log(), "ready: "), 1U);
}

TEST_P(first_seconds, show_a_command_that_cannot_live_without_a_word_to_it) {
    const std::string reason = "the server process ended (exit status 4); its last words: no license";
    bridge_process bridge(
        {.arguments = joined({"--isolation", GetParam(), "--warm", "0"}, never_tries), .server = {"/bin/sh", "-c", "echo no license >&2; exit 4"}});
    EXPECT_TRUE(bridge.logs(reason));
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").body.find(reason) != std::string::npos; }));
    EXPECT_EQ(bridge.connect().get("/readyz").status, 503);
    EXPECT_EQ(bridge.stop(), clean_exit);
}

// The process that serves after the trial.
TEST_P(first_seconds, keep_the_process_of_the_trial_where_a_client_can_use_it) {
    if (GetParam() == std::string_view("session")) GTEST_SKIP() << "its handshake is done, and the client has one of its own";
    bridge_process bridge(how(tries_at_once, {}));
    ASSERT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    mcp_session session(bridge.port());
    session.open();
    EXPECT_EQ(session.call("process").at("result/structuredContent/pid"), starts().front());
}

// ---- in isolation `session`

TEST(first_seconds_of_sessions, end_the_trial_at_once_for_a_client_that_waits) {
    const temp_folder folder;
    // A stop that began with the end of the input would take twenty seconds.
    bridge_process bridge(
        {.arguments = joined({"--stop-grace", "20", "--max-children", "1"}, tries_at_once),
         .server = {fixture_binary(), "--ignore-eof", "--start-delay", "300", "--lock", folder.path("lock"), "--record", folder.path("record")}});
    mcp_session session(bridge.port());
    const auto begin = std::chrono::steady_clock::now();
    session.open();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(first_seconds_of_sessions, wait_for_the_first_answer_no_longer_than_the_limit) {
    const temp_folder folder;
    bridge_process bridge({.arguments = joined({"--limit", "first-answer-wait=0.3"}, never_tries),
                           .server = {fixture_binary(), "--starts", folder.path("starts"), "--fault", "never", "--fault-at", "start", "--fault-while",
                                      folder.file("hangs", "")}});
    // Only the first process answers nothing.
    ASSERT_TRUE(eventually([&] { return !std::filesystem::exists(folder.path("hangs")); }));
    const http_client hangs = mcp_session(bridge.port()).begin("initialize", opening);
    ASSERT_TRUE(eventually([&] { return lines_of(folder.path("starts")).size() == 1; }));
    mcp_session served(bridge.port());
    served.open();
    EXPECT_EQ(served.call("echo").text(), "ok");
}

// The client's words can be the reason, so the bridge asks with its own.
TEST(first_seconds_of_sessions, try_the_server_after_a_client_that_failed) {
    bridge_process bridge({.arguments = never_tries, .server = {fixture_binary(), "--crash-at", "poison"}});
    const mcp_answer died = mcp_session(bridge.port(), {.capabilities = R"({"experimental":{"poison":{}}})"}).initialize();
    EXPECT_THAT(error_text(died.message), HasSubstr("exit status 3"));
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    EXPECT_TRUE(bridge.logs("ready: stdio-fixture"));
}

TEST(first_seconds_of_sessions, leave_the_process_to_the_next_client_if_the_first_leaves) {
    const temp_folder folder;
    bridge_process bridge({.arguments = never_tries, .server = {fixture_binary(), "--starts", folder.path("starts")}});
    mcp_session first(bridge.port());
    first.open();
    EXPECT_EQ(first.terminate().status, 200);
    mcp_session second(bridge.port());
    second.open();
    EXPECT_EQ(second.call("echo").text(), "ok");
    EXPECT_EQ(bridge.stop(), clean_exit);
}

}  // namespace
}  // namespace e2e
