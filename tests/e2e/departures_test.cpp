// Promise: a client that leaves before it was told of its session leaves nothing behind, neither session nor process; and a session that
// was never used is the first to go when room is needed.
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

constexpr const char* params = R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}})";

class departures : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(closing, departures, testing::Bool(), [](const auto& instance) { return instance.param ? "abruptly" : "politely"; });

TEST_P(departures, of_12_clients_during_a_slow_start_leave_nothing) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0", "--stop-grace", "0.3"}, .flags = {"--start-delay", "1500"}});
    std::vector<mcp_session> clients;
    std::vector<http_client> connections;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(host.client());
        connections.push_back(clients.back().begin("initialize", params));
    }
    ASSERT_TRUE(eventually([&] { return host.metric(R"(mcp_bridge_children{state="open"})") == 12; }, 20s));
    for (auto& each : connections) each.close(GetParam());
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }, 20s));
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 0);
    EXPECT_EQ(host.connect().get("/readyz").status, 200) << "that is nobody's failure";
    EXPECT_EQ(host.client().initialize().http.status, 200);
}

TEST_P(departures, while_they_wait_for_a_place_start_nothing) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0", "--max-children", "1", "--stop-grace", "0.3"}});
    mcp_session at_work = host.session();
    http_client call = at_work.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    mcp_session client = host.client();
    http_client connection = client.begin("initialize", params);
    EXPECT_TRUE(stays_true([&] { return host.metric("mcp_bridge_sessions") == 1; }, 200ms));
    connection.close(GetParam());
    EXPECT_TRUE(stays_true([&] { return host.metric("mcp_bridge_sessions") == 1; }, 300ms));
    EXPECT_EQ(at_work.terminate().status, 200);
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    EXPECT_TRUE(stays_true([&] { return children_of(host.bridge().pid()).empty(); }, 300ms));
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 0);
}

TEST_P(departures, over_http_sse_leave_nothing_either) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0", "--stop-grace", "0.3"}, .flags = {"--start-delay", "1000"}});
    std::vector<sse_session> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(host.port());
        clients.back().begin("initialize", params);
    }
    ASSERT_TRUE(eventually([&] { return host.metric(R"(mcp_bridge_children{state="open"})") == 3; }));
    for (auto& each : clients) each.drop(GetParam());
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_sessions") == 0; }, 15s));
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
}

TEST(departures_behind_a_proxy, let_the_sessions_that_were_never_used_go_first) {
    hosted_fixture host({.arguments = {"--max-sessions", "3", "--limit", "session-evict=0.05"}});
    mcp_session used = host.session();
    EXPECT_EQ(used.request("tools/list").http.status, 200);
    mcp_session unused = host.session();
    mcp_session busy = host.session();
    EXPECT_EQ(busy.call("slow", R"({"ms":100})").text(), "slept") << "both are unused for long enough then";
    mcp_session third = host.client();
    EXPECT_TRUE(eventually([&] { return third.initialize().http.status == 200; }));
    EXPECT_EQ(used.call("echo").text(), "ok") << "though it is idle for longer";
    EXPECT_EQ(unused.call("echo").http.status, 404);
}

}  // namespace
}  // namespace e2e
