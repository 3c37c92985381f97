// Promise: a server process starts out clean - three descriptors, default signals, a session of its own, only
// the environment that it was given - and what the bridge has used it gives back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class hygiene : public in_both_isolations {};
IN_BOTH_ISOLATIONS(hygiene);

TEST_P(hygiene, a_child_has_three_pipes_and_no_other_descriptor) {
    hosted_fixture host(how());
    // Connections and other children are open in the bridge while this one starts.
    http_client open_connection = host.connect();
    mcp_session other = host.session();
    http_client busy = other.begin_call("slow", R"({"ms":600000})");
    mcp_session session = host.session();
    session.call("crash");
    const std::string fds = session.call("process").at("result/structuredContent/fds");
    for (const char* fd : {"0", "1", "2"}) EXPECT_THAT(std::string(member(fds, fd)), HasSubstr("pipe:"));
    EXPECT_EQ(std::ranges::count(fds, ','), 2) << fds;
}

TEST_P(hygiene, a_child_leads_a_session_of_its_own_with_default_signals) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("process");
    const auto number = [&](const char* name) { return integer(answer.at(std::string("result/structuredContent/") + name), -1); };
    EXPECT_EQ(number("ppid"), host.bridge().pid());
    EXPECT_EQ(number("pgid"), number("pid"));
    EXPECT_EQ(number("sid"), number("pid"));
    // Those up to 31: the two after it are the C library's own, and it ignores them in every process that it
    // spawns.
    const auto standard_signals = [&](const char* mask) {
        return std::stoull(unquoted(answer.at(std::string("result/structuredContent/") + mask)), nullptr, 16) & 0x7fffffff;
    };
    EXPECT_EQ(standard_signals("ignored_signals"), 0U);
    EXPECT_EQ(standard_signals("blocked_signals"), 0U);
}

TEST_P(hygiene, a_child_gets_only_the_environment_that_it_was_given) {
    hosting host_with = how({"--env", "SET_HERE=a=b", "--env", "PASSED_ON", "--env", "NOT_THERE", "--env", "LANG=xx"});
    host_with.environment = {"PASSED_ON=value", "AZURE_SECRET=hidden", "LC_TIME=C", "FUNCTIONS_WORKER_RUNTIME=custom", "LD_LIBRARY_PATH=/nowhere",
                             "TZ=UTC"};
    hosted_fixture host(host_with);
    mcp_session session = host.session();
    std::string environment = session.call("process").at("result/structuredContent/environment");
    EXPECT_EQ(member(environment, "SET_HERE"), R"("a=b")");
    EXPECT_EQ(member(environment, "PASSED_ON"), R"("value")");
    EXPECT_EQ(member(environment, "LANG"), R"("xx")");
    EXPECT_EQ(member(environment, "LC_TIME"), R"("C")");
    EXPECT_EQ(member(environment, "TZ"), R"("UTC")");
    EXPECT_NE(member(environment, "PATH"), "");
    // The bridge's one addition, by which its watchdog knows what descends from the process.
    const std::string marker(member(environment, "MCP_BRIDGE_CHILD"));
    EXPECT_THAT(marker, testing::MatchesRegex("\"[0-9a-f]{32}\\.[0-9]+\""));
    environment.replace(environment.find("MCP_BRIDGE_CHILD"), 16, "");
    for (const char* hidden : {"AZURE_SECRET", "FUNCTIONS_WORKER_RUNTIME", "LD_LIBRARY_PATH", "NOT_THERE", "MCP_BRIDGE"}) {
        EXPECT_THAT(environment, Not(HasSubstr(hidden)));
    }
}

TEST_P(hygiene, a_child_runs_where_it_was_told_to) {
    const temp_folder folder;
    std::filesystem::create_directory(folder.path("there"));
    hosted_fixture host(how({"--cwd", folder.path("there")}));
    mcp_session session = host.session();
    EXPECT_EQ(session.call("process").at("result/structuredContent/cwd"), json_string(folder.path("there")));
}

TEST_P(hygiene, a_hundred_sessions_leave_nothing_behind) {
    hosted_fixture host(how());
    const pid_t bridge = host.bridge().pid();
    const std::size_t children_before = children_of(bridge).size();
    host.session().terminate();
    ASSERT_TRUE(eventually([&] { return children_of(bridge).size() == children_before; }));
    const std::size_t descriptors_before = descriptors_of(bridge);
    for (int i = 0; i < 100; ++i) {
        mcp_session session = host.client();
        session.open();
        EXPECT_EQ(session.call("echo").text(), "ok");
        EXPECT_EQ(session.terminate().status, 200);
    }
    EXPECT_TRUE(eventually([&] { return children_of(bridge).size() == children_before; }));
    EXPECT_TRUE(eventually([&] { return descriptors_of(bridge) <= descriptors_before; }));
    EXPECT_EQ(host.bridge().stop(), clean_exit);
}

TEST_P(hygiene, children_that_die_are_reaped_and_their_pipes_closed) {
    // So many deaths would be a crash loop.
    hosted_fixture host(how({"--limit", "max-short-lives=100", "--limit", "restart-delay=0.001", "--limit", "max-restart-delay=0.001"}));
    const pid_t bridge = host.bridge().pid();
    mcp_session session = host.session();
    session.call("echo");
    const std::size_t descriptors_before = descriptors_of(bridge);
    for (int i = 0; i < 20; ++i) {
        session.call("crash", i % 2 == 0 ? "{}" : R"({"how":"signal:9"})");
        EXPECT_EQ(session.call("echo").text(), "ok");
    }
    EXPECT_TRUE(eventually([&] { return children_of(bridge).size() == 1; }));
    EXPECT_TRUE(eventually([&] { return descriptors_of(bridge) <= descriptors_before; }));
}

}  // namespace
}  // namespace e2e
