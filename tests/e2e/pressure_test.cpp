// Promise: connections that send no request take nobody's place, one client takes no more connections than it may, and when descriptors run
// short the bridge still answers and does not take its own want for a failure of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/tested_bridge.hpp"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using clock = std::chrono::steady_clock;

/// How long a new client waits for /healthz.
clock::duration time_of_health(const hosted_fixture& host) {
    const auto begin = clock::now();
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    return clock::now() - begin;
}

/// Lets this process have so many descriptors; as many as it may have, if that is less.
std::size_t allow_descriptors(std::size_t wanted) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(std::max<rlim_t>(limit.rlim_cur, wanted), limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

void set_descriptors(pid_t pid, std::size_t most) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit), 0);
    limit.rlim_cur = most;
    ASSERT_EQ(::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr), 0);
}

std::string initialize_text() {
    return request_text("1", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}})");
}

class pressure : public in_both_isolations {};
IN_BOTH_ISOLATIONS(pressure);

// Today's default of connections, if this process may open so many too; else fewer.
TEST_P(pressure, of_connections_with_one_byte_each_locks_nobody_out) {
    const std::size_t most = std::min<std::size_t>(is_sanitized() ? 500 : 4096, allow_descriptors(4500) - 300);
    hosted_fixture host(how({"--max-connections", std::to_string(most), "--metrics-listen", "0"}));
    mcp_session session = host.session();
    http_client kept = host.connect();
    EXPECT_EQ(kept.get("/healthz").status, 200);
    std::vector<http_client> flood;
    for (std::size_t i = 0; i < most + 4; ++i) {
        flood.push_back(host.connect());
        flood.back().send_raw("G");
    }
    EXPECT_LT(time_of_health(host), 1s);
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(kept.get("/healthz").status, 200) << "those that were served before are not the first to go";
    EXPECT_LT(time_of_health(host), 1s);
    EXPECT_GE(host.metric("mcp_bridge_connections_evicted_total"), 5);
    EXPECT_THAT(host.bridge().log(), HasSubstr("whose requests had not arrived"));
    // One of those that are left is served all the same.
    flood.back().send_raw("ET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(flood.back().read_head().status, 200);
}

TEST_P(pressure, of_connections_without_a_byte_or_a_key_is_no_different) {
    hosting host_with = how({"--max-connections", "32"});
    host_with.environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789"};
    host_with.headers = {{"x-functions-key", "alice-key-0123456789"}};
    hosted_fixture host(host_with);
    std::vector<http_client> flood;
    for (int i = 0; i < 20; ++i) flood.push_back(host.connect());
    for (int i = 0; i < 20; ++i) {
        flood.push_back(host.connect());
        flood.back().send_raw("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{");
    }
    EXPECT_LT(time_of_health(host), 1s);
    mcp_session session = host.session();
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(pressure, of_one_client_stays_within_its_own_limit) {
    hosted_fixture host(how({"--limit", "max-connections-per-address=3", "--metrics-listen", "0"}));
    std::vector<http_client> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(host.connect());
        EXPECT_EQ(all.back().get("/healthz").status, 200);
    }
    EXPECT_TRUE(host.connect().is_closed_by_server());
    EXPECT_TRUE(host.bridge().logs("--limit max-connections-per-address=N"));
    EXPECT_EQ(all.front().get("/healthz").status, 200);
    all.front().close();
    EXPECT_TRUE(eventually([&] {
        try {
            return host.connect().get("/healthz").status == 200;
        } catch (const http_failure&) {
            return false;
        }
    }));
    EXPECT_GE(host.metric("mcp_bridge_limit_hits_total{limit=\"max-connections-per-address\"}"), 1);
}

constexpr const char* sanitizers_want_one =
    "UBSan opens a pipe to look at an object whose type it checks, and reports a wrong type without it; the release binary is tried";

// In session isolation a session needs a process, so each one can meet the want.
TEST(want_of_descriptors, at_the_start_of_a_server_is_no_failure_of_the_server) {
    if (is_sanitized()) GTEST_SKIP() << sanitizers_want_one;
    hosted_fixture host({.arguments = {"--limit", "max-short-lives=2", "--metrics-listen", "0"}});
    http_client client = host.connect();
    EXPECT_EQ(client.get("/healthz").status, 200);
    const auto initialize = [&] { return client.post("/mcp", {{"Content-Type", "application/json"}}, initialize_text()); };
    set_descriptors(host.bridge().pid(), next_descriptor_of(host.bridge().pid()));
    for (int i = 0; i < 3; ++i) {
        const http_response refused = initialize();
        EXPECT_EQ(refused.status, 503);
        EXPECT_EQ(refused.header("retry-after"), "1");
        EXPECT_THAT(error_text(refused.body), HasSubstr("descriptors"));
    }
    EXPECT_EQ(client.get("/readyz").status, 200) << "the server is not to blame";
    set_descriptors(host.bridge().pid(), 1024);
    EXPECT_EQ(initialize().status, 200) << "no crash loop, and no delay";
    EXPECT_GE(host.metric("mcp_bridge_limit_hits_total{limit=\"open-files\"}"), 1);
    EXPECT_GE(host.metric("mcp_bridge_child_start_failures_total"), 3);
    EXPECT_THAT(host.bridge().log(), HasSubstr("the bridge is short of file descriptors"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("keeps failing")));
}

TEST(want_of_descriptors, that_passes_soon_is_not_noticed) {
    if (is_sanitized()) GTEST_SKIP() << sanitizers_want_one;
    hosted_fixture host;
    const pid_t bridge = host.bridge().pid();
    http_client client = host.connect();
    EXPECT_EQ(client.get("/healthz").status, 200);
    set_descriptors(bridge, next_descriptor_of(bridge));
    client.send_request("POST", "/mcp", {{"Content-Type", "application/json"}}, initialize_text());
    ASSERT_TRUE(host.bridge().logs("it is tried again"));
    set_descriptors(bridge, 1024);
    EXPECT_EQ(client.read_head().status, 200);
}

TEST(want_of_descriptors, leaves_some_for_server_processes_and_for_monitoring) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0"}});
    const pid_t bridge = host.bridge().pid();
    mcp_session session = host.session();
    http_client client = host.connect();
    EXPECT_EQ(client.get("/healthz").status, 200);
    // So many that the whole reserve is kept, and not a quarter of all: the process of the bridge's own first look may still live, too.
    const std::size_t most = descriptors_of(bridge) + 160;
    set_descriptors(bridge, most);
    std::vector<http_client> flood;
    EXPECT_TRUE(eventually([&] {
        flood.push_back(host.connect());
        flood.back().send_request("GET", "/healthz");
        return host.bridge().log().find("few of") != std::string::npos;
    }));
    EXPECT_LT(descriptors_of(bridge) + 20, most);
    // With all of that open: four sessions more, each with a process of its own.
    for (int i = 0; i < 4; ++i) {
        const http_response opened = client.post("/mcp", {{"Content-Type", "application/json"}}, initialize_text());
        EXPECT_EQ(opened.status, 200) << opened.body;
    }
    EXPECT_EQ(http_client(host.metrics_port()).get("/healthz").status, 200);
}

}  // namespace
}  // namespace e2e
