// The bounds of server processes, and of the bridge's own process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/e2e/every_bound.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

const std::vector<std::string> stubborn = {"--ignore-eof", "--ignore-term"};

void wait_for_a_start(hosted_fixture& host) {
    mcp_session session = host.client();
    expect_refusal(session.initialize(), 200, -32603, "did not answer initialize in time");
    EXPECT_EQ(session.id(), "");
}

void die_again_and_again(hosted_fixture& host) {
    mcp_answer refused;
    ASSERT_TRUE(eventually([&] {
        refused = host.client().initialize();
        return refused.http.status == 503;
    }));
    expect_refusal(refused, 503, -32000, "not started again for");
    EXPECT_GE(integer(refused.http.header("retry-after"), 0), 1);
}

void refuse_to_end(hosted_fixture& host) {
    mcp_session session = host.session();
    const pid_t child = host.last_child();
    EXPECT_EQ(session.terminate().status, 200);
    EXPECT_TRUE(eventually([&] { return !is_running(child); }));
    EXPECT_TRUE(host.bridge().logs("ignored SIGTERM and is killed"));
}

void hold_up_a_stop(hosted_fixture& host) {
    mcp_session session = host.session();
    http_client call = begin_endless(host, session, "it");
    const long id = session.last_request_id();
    host.bridge().signal(SIGTERM);
    expect_refusal(read_answer(call, id), 200, -32603, "shutting down");
}

void expect_exit_1(hosted_fixture& host) {
    EXPECT_EQ(host.bridge().wait(), (exit_status{true, 1}));
    EXPECT_THAT(host.bridge().log(), HasSubstr("cut off after 300 ms"));
}

long lines_with(hosted_fixture& host, std::string_view text) {
    const std::string log = host.bridge().log();
    long count = 0;
    for (std::size_t at = 0; (at = log.find(text, at)) != std::string::npos; at += text.size()) ++count;
    return count;
}

void open_too_many_files(hosted_fixture& host) {
    const pid_t bridge = host.bridge().pid();
    rlimit before{};
    ASSERT_EQ(::prlimit(bridge, RLIMIT_NOFILE, nullptr, &before), 0);
    // Room for a few connections, beside what is kept for server processes.
    const rlimit tight{2 * descriptors_of(bridge), before.rlim_max};
    ASSERT_EQ(::prlimit(bridge, RLIMIT_NOFILE, &tight, nullptr), 0);
    std::vector<http_client> all;
    EXPECT_TRUE(eventually([&] {
        all.push_back(host.connect());
        all.back().send_request("GET", "/healthz");
        // Not the first alone: it, too, has to wait if the bridge looks for a server's leftovers in /proc just then.
        return all.size() > 1 && lines_with(host, "cannot accept a connection") > 0;
    }));
    EXPECT_EQ(all.front().read_head().status, 200) << "who is in is served";
    // Accepting is tried less and less often, not over and over.
    EXPECT_TRUE(stays_true([&] { return lines_with(host, "cannot accept") < 20; }, 500ms));
    http_client waits = std::move(all.back());
    all.clear();
    EXPECT_EQ(waits.read_head().status, 200) << "it recovers by itself";
    ASSERT_EQ(::prlimit(bridge, RLIMIT_NOFILE, &before, nullptr), 0);
}

}  // namespace

std::vector<bound_hit> bounds_of_processes() {
    return {
        {"start-timeout", {.arguments = {"--start-timeout", "0.3"}, .flags = {"--silent-on", "initialize"}, .works = false}, wait_for_a_start},
        {"first-answer-wait",
         {.arguments = {"--limit", "first-answer-wait=0.1", "--start-timeout", "1"}, .flags = {"--silent-on", "initialize"}, .works = false},
         wait_for_a_start,
         {"start-timeout"}},
        {"max-short-lives", {.flags = {"--crash-on", "start"}, .works = false}, die_again_and_again},
        {"stop-grace", {.arguments = {"--stop-grace", "0.2"}, .flags = stubborn}, refuse_to_end},
        {"drain-timeout",
         {.arguments = {"--drain-timeout", "0.3", "--stop-grace", "1"}, .flags = stubborn},
         hold_up_a_stop,
         {"stop-grace"},
         expect_exit_1},
        {"open-files", {}, open_too_many_files},
    };
}

}  // namespace e2e
