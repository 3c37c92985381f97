// Promise: when the bridge dies without a chance to do anything, then two seconds later nothing lives that it had started:
// no child, no descendant of one wherever it went, no watchdog.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

constexpr exit_status killed{false, SIGKILL};

pid_t started_by(mcp_session& session, const std::string& wishes) {
    const auto pid = static_cast<pid_t>(integer(session.call("grandchild", wishes).at("result/structuredContent/pid"), -1));
    EXPECT_GT(pid, 1);
    return pid;
}

/// The marker that all descendants of this bridge carry, whichever child they are of.
std::string marker_of_bridge(pid_t child) {
    const std::string environment = environment_of(child);
    const auto begin = environment.find("MCP_BRIDGE_CHILD=");
    EXPECT_NE(begin, std::string::npos);
    return environment.substr(begin, environment.find('.', begin) + 1 - begin);
}

std::vector<pid_t> pids_in(const std::string& file) {
    std::vector<pid_t> pids;
    for (const std::string& line : lines_of(file)) pids.push_back(static_cast<pid_t>(integer(line, -1)));
    return pids;
}

class sudden_end : public in_both_isolations {
protected:
    /// Kills the bridge and sees what is left of it after two seconds: none of `known`, nothing with its marker.
    static void kill_and_look(bridge_process& bridge, std::vector<pid_t> known) {
        ASSERT_FALSE(known.empty());
        const std::string marker = marker_of_bridge(known.front());
        known.push_back(await_watchdog_of(bridge.pid()));
        for (const pid_t each : known) ASSERT_TRUE(each > 1 && is_running(each)) << each;
        bridge.signal(SIGKILL);
        ASSERT_EQ(bridge.wait(), killed);
        EXPECT_TRUE(eventually([&] { return std::ranges::none_of(known, is_running); }, 2s));
        EXPECT_THAT(processes_with(marker), testing::IsEmpty());
        // Left to themselves when the test fails.
        for (const pid_t each : known) {
            if (is_running(each)) send_signal(each, SIGKILL);
        }
    }
};
IN_BOTH_ISOLATIONS(sudden_end);

TEST_P(sudden_end, takes_an_ordinary_child) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    kill_and_look(host.bridge(), {host.last_child()});
}

TEST_P(sudden_end, takes_a_child_that_ignores_the_end_of_its_input_and_term) {
    hosted_fixture host(how({}, {"--ignore-eof", "--ignore-term"}));
    mcp_session session = host.session();
    const pid_t grandchild = started_by(session, R"({"ignore_term":true,"hold_stdout":true})");
    kill_and_look(host.bridge(), {host.last_child(), grandchild});
}

TEST_P(sudden_end, takes_descendants_that_left_the_process_group) {
    hosted_fixture host(how({}, {"--ignore-eof"}));
    mcp_session session = host.session();
    kill_and_look(host.bridge(), {host.last_child(), started_by(session, R"({"own_session":true,"ignore_term":true})"),
                                  started_by(session, R"({"daemon":true,"ignore_term":true})")});
}

TEST_P(sudden_end, takes_a_stopped_child) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const pid_t grandchild = started_by(session, R"({"own_session":true})");
    send_signal(host.last_child(), SIGSTOP);
    send_signal(grandchild, SIGSTOP);
    kill_and_look(host.bridge(), {host.last_child(), grandchild});
}

TEST_P(sudden_end, takes_all_children_with_calls_in_flight) {
    hosted_fixture host(how());
    std::vector<mcp_session> sessions;
    std::vector<http_client> calls;
    std::vector<pid_t> known;
    for (int i = 0; i < 4; ++i) {
        sessions.push_back(host.session());
        if (i == 0 || !is_shared()) known.push_back(host.last_child());
        known.push_back(started_by(sessions.back(), R"({"daemon":true})"));
        const std::string who = std::to_string(i);
        calls.push_back(sessions.back().begin_post(call_text("9", "slow", R"({"ms":600000,"who":)" + who + "}")));
        ASSERT_TRUE(host.receives(R"("who":)" + who));
    }
    kill_and_look(host.bridge(), known);
}

TEST_P(sudden_end, takes_a_child_that_is_still_starting) {
    hosting slow = how({}, {"--not-reading", "--ignore-term"});
    slow.works = false;
    hosted_fixture host(slow);
    http_client opening = host.client().begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{}})");
    ASSERT_TRUE(eventually([&] { return !host.starts().empty(); }));
    kill_and_look(host.bridge(), host.starts());
}

// As package runners start servers: through a shell that stays, with helpers beside the server.
TEST_P(sudden_end, takes_a_shell_and_what_it_started) {
    for (const std::string how_it_goes_on : {"", "exec "}) {
        const temp_folder folder;
        const std::string pids = folder.path("pids");
        const std::string script = folder.file("server.sh", "sleep 300 </dev/null >/dev/null 2>&1 & echo $! >> " + pids +
                                                                "\n"
                                                                // Without the marker, and with no parent but the shell to be known by.
                                                                "env -i PATH=\"$PATH\" setsid sh -c 'echo $$ >> " +
                                                                pids +
                                                                "; exec sleep 300' </dev/null >/dev/null 2>&1 &\n"
                                                                // Nobody's child, with the marker.
                                                                "(setsid sh -c 'echo $$ >> " +
                                                                pids + "; sleep 300; true' </dev/null >/dev/null 2>&1 &)\n" + how_it_goes_on +
                                                                fixture_binary() + " --ignore-eof --ignore-term --starts " + pids + "\n");
        bridge_process bridge(
            {.arguments = {"--isolation", GetParam(), "--stop-grace", "0.1"}, .server = {"/bin/sh", "-c", "sh " + script + "; true"}});
        // The bridge's first look at the server is over, which stays if it is shared.
        ASSERT_TRUE(eventually([&] {
            return bridge.connect().get("/readyz").status == 200 && pids_in(pids).size() == 4 &&
                   children_of(bridge.pid()).size() == (is_shared() ? 1 : 0);
        }));
        const std::vector<pid_t> first_look = is_shared() ? std::vector<pid_t>() : pids_in(pids);
        mcp_session session(bridge.port());
        session.open();
        ASSERT_TRUE(eventually([&] { return pids_in(pids).size() == first_look.size() + 4; }));
        std::vector<pid_t> known = children_of(bridge.pid());
        ASSERT_EQ(known.size(), 1U);
        for (const pid_t each : pids_in(pids)) {
            if (std::ranges::find(first_look, each) == first_look.end()) known.push_back(each);
        }
        kill_and_look(bridge, known);
        // One that left its session, lost its parent and has no marker is beyond what the watchdog can know.
        for (const pid_t each : first_look) {
            if (is_running(each)) send_signal(each, SIGKILL);
        }
    }
}

// Who reads the bridge's output to its end learns of its death at once.
TEST(sudden_end_of_a_quiet_bridge, is_seen_by_who_reads_its_output) {
    child_process bridge({.command = {bridge_binary(), "--port", "0", "--", fixture_binary(), "--ignore-eof"}});
    ASSERT_TRUE(eventually([&] { return bridge.stderr_text().find("listening on") != std::string::npos; }));
    const pid_t watchdog = await_watchdog_of(bridge.pid());
    ASSERT_GT(watchdog, 1);
    // The watchdog stands still, so its own end is not what closes the pipe.
    send_signal(watchdog, SIGSTOP);
    bridge.signal(SIGKILL);
    const deadline end(patience);
    EXPECT_EQ(bridge.read_line(), std::nullopt);
    EXPECT_FALSE(end.passed());
    send_signal(watchdog, SIGCONT);
    EXPECT_TRUE(eventually([&] { return !is_running(watchdog); }, 2s));
}

}  // namespace
}  // namespace e2e
