// Promise: an exception inside the bridge, as for want of memory, ends what it belongs to and nothing else: its clients are told, the
// next request is served, and what the program cannot live without ends the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/tested_bridge.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

/// EX_SOFTWARE.
constexpr exit_status gave_up{true, 70};

/// Names a place in the bridge that is to fail the next time it is passed.
class fault {
public:
    std::string variable() const { return "MCP_BRIDGE_FAULT=" + folder_.path("fault"); }
    void arm(std::string_view place) const { order("throw " + std::string(place)); }
    void order(const std::string& order_text) const {
        const std::string written = folder_.file("new", order_text);
        std::filesystem::rename(written, folder_.path("fault"));
    }
    bool has_struck() const { return !std::filesystem::exists(folder_.path("fault")); }

private:
    temp_folder folder_;
};

class exceptions : public in_both_isolations {
protected:
    void SetUp() override {
        if (!bridge_holds("MCP_BRIDGE_FAULT")) GTEST_SKIP() << "needs a bridge with fault points, as every preset but release and static builds";
    }
    hosting faulty(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}) const {
        arguments.insert(arguments.end(), {"--metrics-listen", "0"});
        hosting out = how(std::move(arguments), std::move(flags));
        out.environment = {fault_.variable()};
        return out;
    }
    static void expect_noted(hosted_fixture& host, const std::string& place) {
        EXPECT_TRUE(host.bridge().logs(place + " failed: std::bad_alloc"));
        EXPECT_EQ(host.metric("mcp_bridge_failures_total"), 1);
    }

    fault fault_;
};
IN_BOTH_ISOLATIONS(exceptions);

// ---- a link: every call is told, and the next is served by another process

class of_a_link : public exceptions {
protected:
    /// Fails at `place` when `tool` is called, while another call waits.
    void expect_calls_answered(const std::string& place, const char* tool, const char* arguments) {
        hosted_fixture host(faulty());
        mcp_session session = host.session();
        const pid_t before = host.last_child();
        http_client waiting = session.begin_call("slow", R"({"ms":60000})");
        const long waiting_id = session.last_request_id();
        ASSERT_TRUE(host.receives("slow"));
        fault_.arm(place);
        const mcp_answer answer = session.call(tool, arguments);
        // What it writes to stderr and its answer are read in any order.
        if (place != "link.read_errors") {
            EXPECT_THAT(error_text(answer.message), HasSubstr("the bridge failed"));
        }
        EXPECT_THAT(error_text(read_answer(waiting, waiting_id).message), HasSubstr("the bridge failed"));
        EXPECT_TRUE(fault_.has_struck());
        EXPECT_TRUE(eventually([&] { return !is_running(before); }));
        EXPECT_EQ(session.call("echo").text(), "ok");
        EXPECT_NE(host.last_child(), before);
        expect_noted(host, place);
    }
};
IN_BOTH_ISOLATIONS(of_a_link);

TEST_P(of_a_link, that_reads_output) {
    expect_calls_answered("link.read_output", "echo", "{}");
}
TEST_P(of_a_link, that_reads_errors) {
    expect_calls_answered("link.read_errors", "stderr", R"({"text":"words"})");
}
TEST_P(of_a_link, that_writes) {
    expect_calls_answered("link.write_input", "echo", "{}");
}

// What fails at once is the start of the next child.
class of_a_start : public exceptions {
protected:
    void expect_next_start_answered(const std::string& place) {
        hosted_fixture host(faulty());
        mcp_session session = host.session();
        const pid_t before = host.last_child();
        fault_.arm(place);
        send_signal(before, SIGKILL);
        ASSERT_TRUE(eventually([&] { return !is_running(before); }));
        EXPECT_THAT(error_text(session.call("echo").message), HasSubstr("the bridge failed"));
        EXPECT_TRUE(fault_.has_struck());
        EXPECT_EQ(session.call("echo").text(), "ok");
        const pid_t last = host.last_child();
        EXPECT_TRUE(eventually([&] {
            const auto all = host.starts();
            return std::ranges::count_if(all, [&](pid_t each) { return each == last || !is_running(each); }) == std::ssize(all);
        })) << "only the last one runs";
        expect_noted(host, place);
    }
};
IN_BOTH_ISOLATIONS(of_a_start);

TEST_P(of_a_start, whose_exit_is_not_watched) {
    expect_next_start_answered("link.wait_exit");
}
TEST_P(of_a_start, whose_link_does_not_run) {
    expect_next_start_answered("link.run");
}
TEST_P(of_a_start, that_a_request_waits_for) {
    expect_next_start_answered("session.send");
}

TEST_P(exceptions, of_an_opening_reach_all_who_wait_for_it) {
    hosted_fixture host(faulty());
    mcp_session session = host.session();
    const pid_t before = host.last_child();
    fault_.arm("child_slot.start");
    send_signal(before, SIGKILL);
    ASSERT_TRUE(eventually([&] { return !is_running(before); }));
    http_client first = session.begin_call("echo");
    const long first_id = session.last_request_id();
    // The second one waits for the first one's opening, or comes after it.
    const std::string second = session.call("echo").message;
    EXPECT_THAT(error_text(read_answer(first, first_id).message) + error_text(second), HasSubstr("the bridge failed"));
    EXPECT_TRUE(fault_.has_struck());
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(exceptions, do_not_keep_a_child_away_from_a_client_that_listens) {
    hosted_fixture host(faulty());
    mcp_session session = host.session();
    http_client stream = session.listen();
    const pid_t before = host.last_child();
    fault_.arm("child_slot.keep");
    send_signal(before, SIGKILL);
    EXPECT_TRUE(eventually([&] { return host.last_child() != before; })) << "it is tried again";
    EXPECT_TRUE(fault_.has_struck());
    expect_noted(host, "child_slot.keep");
}

TEST_P(exceptions, do_not_end_what_is_started_ahead) {
    hosting how_warm = faulty({"--warm", "1"});
    how_warm.works = false;  // that is looked at here
    hosted_fixture host(how_warm);
    const auto warm = [&] { return host.metric(R"(mcp_bridge_children{state="warm"})"); };
    ASSERT_TRUE(eventually([&] { return warm() == 1; }));
    fault_.arm("refiller.run");
    mcp_session session = host.session();
    send_signal(host.last_child(), SIGKILL);
    session.call("echo");
    EXPECT_TRUE(eventually([&] { return fault_.has_struck() && warm() == 1; }));
}

// ---- a connection

TEST_P(exceptions, of_a_connection_close_it) {
    hosted_fixture host(faulty());
    mcp_session session = host.session();
    http_client kept = host.connect();
    EXPECT_EQ(kept.get("/healthz").status, 200);
    fault_.arm("http.connection");
    kept.send_request("GET", "/healthz");
    EXPECT_TRUE(kept.is_closed_by_server());
    EXPECT_EQ(session.call("echo").text(), "ok");
    expect_noted(host, "http.connection");
}

TEST_P(exceptions, of_an_initialize_over_sse_are_told) {
    hosted_fixture host(faulty());
    sse_session client(host.port());
    fault_.arm("http_sse.initialize");
    EXPECT_THAT(error_text(client.initialize().message), HasSubstr("the bridge failed"));
    client.open();
    EXPECT_EQ(client.call("echo").text(), "ok");
}

// ---- readiness

TEST_P(exceptions, of_a_trial_are_in_readyz_until_the_next_one) {
    fault_.arm("readiness.trial");
    hosting first = faulty();
    first.works = false;
    hosted_fixture host(first);
    const auto ready = [&] { return host.connect().get("/readyz"); };
    ASSERT_TRUE(eventually([&] { return fault_.has_struck(); }));
    EXPECT_EQ(ready().status, 503);
    EXPECT_THAT(ready().body, HasSubstr("the bridge failed"));
    EXPECT_TRUE(eventually([&] { return ready().status == 200; }, 30s));
}

// ---- a pool

class elsewhere : public testing::Test {
protected:
    fault fault_;
};

TEST_F(elsewhere, exceptions_of_a_pool_reach_the_request_that_waits) {
    if (!bridge_holds("MCP_BRIDGE_FAULT")) GTEST_SKIP() << "needs a bridge with fault points, as every preset but release and static builds";
    hosted_fixture host({.isolation = "request", .environment = {fault_.variable()}});
    mcp_session session = host.session();
    fault_.arm("pool.open");
    EXPECT_THAT(error_text(session.call("echo").message), HasSubstr("the bridge failed"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

// ---- the keys

TEST_F(elsewhere, exceptions_of_a_reading_of_keys_leave_the_old_ones) {
    if (!bridge_holds("MCP_BRIDGE_FAULT")) GTEST_SKIP() << "needs a bridge with fault points, as every preset but release and static builds";
    const temp_folder folder;
    const std::string file = folder.file("keys", "alice=alices-key-0123456789\n");
    hosting with_keys{.arguments = {"--keys-file", file}, .environment = {fault_.variable()}};
    with_keys.headers = {{"Authorization", "Bearer alices-key-0123456789"}};
    hosted_fixture host(with_keys);
    mcp_session session = host.session();
    fault_.arm("hangups.answer");
    host.bridge().signal(SIGHUP);
    EXPECT_TRUE(host.bridge().logs("hangups.answer failed: std::bad_alloc; the keys stay as they were"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

// ---- what the program cannot live without

struct vital {
    const char* place;
    void (*provoke)(hosted_fixture&);
};

void nothing(hosted_fixture&) {}
void connect(hosted_fixture& host) {
    host.connect();
}
void stop(hosted_fixture& host) {
    host.bridge().signal(SIGTERM);
}
void stop_twice(hosted_fixture& host) {
    stop(host);
    EXPECT_TRUE(host.bridge().logs("stopping"));
    stop(host);
}
void leave(hosted_fixture& host) {
    http_client listening = host.connect();
    listening.send_request("GET", "/sse", {{"Accept", "text/event-stream"}});
    listening.read_head();
    listening.close();
}
void end_watchdog(hosted_fixture& host) {
    send_signal(await_watchdog_of(host.bridge().pid()), SIGKILL);
}

class of_a_vital_part : public testing::TestWithParam<vital> {};
INSTANTIATE_TEST_SUITE_P(each, of_a_vital_part,
                         testing::Values(vital{"http.accept", connect}, vital{"http.sweep", nothing}, vital{"http.departures", leave},
                                         vital{"housekeeping.run", nothing}, vital{"watchdog_keeper.run", end_watchdog}, vital{"shutdown.wait", stop},
                                         vital{"shutdown.hurry", stop_twice}),
                         [](const auto& instance) {
    std::string name = instance.param.place;
    std::ranges::replace(name, '.', '_');
    return name;
});

TEST_P(of_a_vital_part, ends_the_program_and_its_children) {
    if (!bridge_holds("MCP_BRIDGE_FAULT")) GTEST_SKIP() << "needs a bridge with fault points, as every preset but release and static builds";
    const fault armed;
    hosted_fixture host({.isolation = "shared", .flags = {"--ignore-eof", "--ignore-term"}, .environment = {armed.variable()}});
    mcp_session session = host.session();
    http_client waiting = session.begin_call("slow", R"({"ms":60000})");
    ASSERT_TRUE(host.receives("slow"));
    const pid_t child = host.last_child();
    armed.arm(GetParam().place);
    GetParam().provoke(host);
    EXPECT_EQ(host.bridge().wait(), gave_up);
    EXPECT_THAT(host.bridge().log(), HasSubstr(std::string(GetParam().place) + " failed: std::bad_alloc"));
    EXPECT_TRUE(eventually([&] { return !is_running(child); }));
}

// The bridge reaps orphans only as the first process of a container, so the test makes it one.
TEST(of_a_vital_part_of_a_container, ends_the_program) {
    if (!bridge_holds("MCP_BRIDGE_FAULT")) GTEST_SKIP() << "needs a bridge with fault points, as every preset but release and static builds";
    std::vector<std::string> contained = {"unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"};
    std::vector<std::string> probe = contained;
    probe.emplace_back("true");
    child_process works({.command = probe});
    if (works.wait() != exit_status{true, 0}) GTEST_SKIP() << "this system lets unshare make no namespaces: " << works.stderr_text();
    const fault armed;
    armed.arm("orphan_reaper.run");
    contained.insert(contained.end(), {bridge_binary(), "--port", "0", "--", fixture_binary()});
    child_process bridge({.command = contained, .environment = {armed.variable()}});
    EXPECT_EQ(bridge.wait(), gave_up);
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("orphan_reaper.run failed: std::bad_alloc"));
}

// ---- the watch of the loop, which needs a fault too

TEST_P(exceptions, but_no_turn_that_takes_long_is_reported_in_ordinary_traffic) {
    hosting watched = faulty({"--watch-loop"});
    hosted_fixture host(watched);
    mcp_session session = host.session();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.metric("mcp_bridge_loop_slow_turns_total"), 0) << host.bridge().log();
    EXPECT_GT(host.metric("mcp_bridge_loop_turns_total"), 20);
    fault_.order("spend 300 http.connection");
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_TRUE(host.bridge().logs("the last place that it passed is http.connection")) << host.bridge().log();
    EXPECT_EQ(host.metric("mcp_bridge_loop_slow_turns_total"), 1);
    EXPECT_GE(host.metric("mcp_bridge_loop_longest_turn_seconds"), 0.29) << "milliseconds are rounded";
}

// ---- without any help: memory runs out

/// The bridge may use no more than `extra` bytes of address space beyond what it has.
void limit_memory(pid_t bridge, std::size_t extra) {
    std::ifstream in("/proc/" + std::to_string(bridge) + "/statm");
    std::size_t pages = 0;
    in >> pages;
    const rlimit most{pages * 4096 + extra, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(bridge, RLIMIT_AS, &most, nullptr), 0);
}

TEST(without_memory, calls_fail_alone_or_the_program_ends) {
    if (is_sanitized()) GTEST_SKIP() << "AddressSanitizer needs the whole address space; the release binary is tested with it";
    // The limit is the bridge's alone, and what it fails of is no reason to wait with the next process.
    const std::string free = "ulimit -S -v unlimited; exec \"$0\" \"$@\"";
    bridge_process bridge({.arguments = {"--isolation", "shared", "--limit", "max-short-lives=1000", "--limit", "max-restart-delay=0.01"},
                           .server = {"/bin/sh", "-c", free, fixture_binary()}});
    mcp_session session(bridge.port());
    session.open();
    limit_memory(bridge.pid(), 24U << 20);
    for (int i = 0; i < 8 && !bridge.wait(0ms); ++i) {
        // An answer for which there is no room, and a request. The connection may be what has to end.
        try {
            session.call("big", R"({"bytes":40000000})", 30s);
        } catch (const http_failure&) {
        }
        try {
            session.call("echo", R"({"text":")" + std::string(20'000'000, 'x') + R"("})", 30s);
        } catch (const http_failure&) {
        }
    }
    if (const auto ended = bridge.wait(0ms)) {
        EXPECT_EQ(ended, gave_up) << bridge.log();
        return;
    }
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(bridge.pid(), RLIMIT_AS, &all, nullptr), 0);
    EXPECT_EQ(session.call("echo").text(), "ok") << bridge.log();
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    EXPECT_THAT(bridge.log(), HasSubstr(" failed: std::bad_alloc"));
}

}  // namespace
}  // namespace e2e
