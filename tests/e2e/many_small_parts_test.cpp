// Promise: parts that are too small to be refused one by one (heads, small requests and notifications, a server's notices to each session) do not
// fill the memory together, and do not take the answers of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr double MiB = 1024 * 1024;

hosting with_little(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}) {
    arguments.insert(arguments.end(), {"--max-memory", "16MiB", "--metrics-listen", "0"});
    return {.arguments = std::move(arguments), .flags = std::move(flags)};
}

double used_for(const hosted_fixture& host, const std::string& use) {
    return host.metric("mcp_bridge_memory_used_bytes{use=\"" + use + "\"}");
}

std::string text_of(std::size_t bytes) {
    return R"({"text":")" + std::string(bytes, 'x') + R"("})";
}

// An answer of 2 kB, and an argument that is a large body.
void expect_service(mcp_session session) {
    EXPECT_EQ(session.call("echo", text_of(2000)).at("result/structuredContent/params/arguments"), text_of(2000));
    EXPECT_EQ(session.call("echo", text_of(70'000)).at("result/structuredContent/params/arguments"), text_of(70'000));
}

TEST(many_small_parts, heads_that_do_not_end_leave_memory_to_others) {
    hosted_fixture host(with_little());
    const mcp_session session = host.session();
    std::vector<http_client> flood;
    for (int i = 0; i < 500; ++i) {
        flood.push_back(host.connect());
        flood.back().send_raw("GET /mcp HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(32'000, 'x'));
    }
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_memory_measures_total{measure=\"head_refused\"}") >= 1; }));
    EXPECT_LT(used_for(host, "connection"), 9 * MiB);
    expect_service(session);
    // Connections that send their heads for too long make room.
    EXPECT_TRUE(eventually([&] { return used_for(host, "connection") < 2.5 * MiB; }));
    EXPECT_EQ(host.connect().get("/healthz", {{"X", std::string(30'000, 'x')}}).status, 200);
}

TEST(many_small_parts, an_idle_connection_keeps_nothing_of_a_long_head) {
    hosted_fixture host(with_little());
    const double before = used_for(host, "connection");
    std::vector<http_client> idle;
    for (int i = 0; i < 50; ++i) {
        idle.push_back(host.connect());
        EXPECT_EQ(idle.back().get("/healthz", {{"X", std::string(30'000, 'x')}}).status, 200);
    }
    EXPECT_TRUE(eventually([&] { return used_for(host, "connection") - before < 50 * 8192.0; })) << used_for(host, "connection");
    EXPECT_EQ(idle.front().get("/healthz").status, 200);
}

TEST(many_small_parts, a_head_has_256_fields_at_most) {
    hosted_fixture host;
    http_headers headers;
    for (int i = 0; i < 200; ++i) headers.emplace("a", "");
    EXPECT_EQ(host.connect().get("/healthz", headers).status, 200);
    for (int i = 0; i < 100; ++i) headers.emplace("a", "");
    EXPECT_EQ(host.connect().get("/healthz", headers).status, 431);
}

TEST(many_small_parts, notifications_to_a_process_that_does_not_read_leave_memory_to_others) {
    hosted_fixture host(with_little());
    const mcp_session other = host.session();
    mcp_session session = host.session();
    session.call("stop_reading");
    for (int i = 0; i < 400; ++i) EXPECT_EQ(session.notify("notifications/x", text_of(60'000)).status, 202);
    EXPECT_LT(used_for(host, "child_input"), 8.2 * MiB);
    expect_service(other);
}

TEST(many_small_parts, requests_that_wait_for_a_process_leave_memory_to_others) {
    hosted_fixture host(with_little({"--max-session-requests", "1000"}, {"--start-delay", "1500"}));
    mcp_session session = host.session();
    const mcp_session other = host.session();
    session.call("crash");
    std::vector<http_client> waiting;
    for (int i = 0; i < 300; ++i) waiting.push_back(session.begin_call("echo", text_of(60'000)));
    EXPECT_TRUE(eventually([&] { return used_for(host, "request_body") > 7 * MiB; }));
    EXPECT_LT(used_for(host, "request_body"), 8.2 * MiB);
    expect_service(other);
    int served = 0;
    for (http_client& each : waiting) {
        const response_head answer = each.read_head();
        const std::string body = each.read_body();
        if (answer.status == 200 && body.find("no memory") == std::string::npos) {
            ++served;
        } else {
            EXPECT_EQ(answer.status, 503);
            EXPECT_THAT(body, HasSubstr("no memory to keep the request"));
        }
    }
    EXPECT_GT(served, 80);
    EXPECT_LT(served, 300);
}

TEST(many_small_parts, notices_for_sessions_that_do_not_listen_leave_memory_to_others) {
    hosting how = with_little({"--max-sessions", "400", "--limit", "max-held-messages=1000", "--limit", "max-held-size=1MiB"});
    how.isolation = "shared";
    hosted_fixture host(how);
    std::vector<mcp_session> sessions;
    for (int i = 0; i < 200; ++i) sessions.push_back(host.session());
    std::string lines;
    for (int i = 100; i < 228; ++i) {
        if (!lines.empty()) lines += "\\n";
        lines += R"({\"jsonrpc\":\"2.0\",\"method\":\")" + std::to_string(i) + std::string(960, 'x') + R"(/list_changed\"})";
    }
    EXPECT_EQ(sessions.front().call("line", R"({"text":")" + lines + R"(","then_answer":true})").http.status, 200);
    EXPECT_GT(used_for(host, "stream"), 5 * MiB);
    EXPECT_LT(used_for(host, "stream"), 16.5 * MiB);
    EXPECT_EQ(sessions.back().call("echo", text_of(2000)).at("result/structuredContent/params/arguments"), text_of(2000));
    EXPECT_TRUE(eventually([&] { return used_for(host, "stream") < 11.8 * MiB; })) << "they are given up, those of the longest unused sessions first";
    expect_service(sessions.back());
    EXPECT_GE(host.metric("mcp_bridge_memory_measures_total{measure=\"backlog_dropped\"}"), 1);
}

std::uint16_t port_of(const child_process& bridge) {
    constexpr std::string_view sign = "listening on http://127.0.0.1:";
    EXPECT_TRUE(eventually([&] { return bridge.stderr_text().find(sign) != std::string::npos; })) << bridge.stderr_text();
    const std::string log = bridge.stderr_text();
    return static_cast<std::uint16_t>(std::stoi(log.substr(log.find(sign) + sign.size())));
}

// The processes of idle sessions took all descriptors, and nobody could reach the bridge, not even to end a session.
TEST(many_small_parts, processes_of_idle_sessions_leave_descriptors_to_connections) {
    const child_process bridge({.command = {"sh", "-c", "ulimit -n 100; exec \"$@\"", "sh", bridge_binary(), "--port", "0", "--limit",
                                            "sleep-listed-after=0.2", "--limit", "sleep-after=0.2", "--", fixture_binary()},
                                .folder = "/"});
    const std::uint16_t port = port_of(bridge);
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("because the process may open only 100 files"));
    std::vector<mcp_session> sessions;
    for (int i = 0; i < 8; ++i) {
        mcp_session& session = sessions.emplace_back(port);
        session.open();
        EXPECT_EQ(http_client(port).get("/healthz").status, 200) << i;
    }
    for (mcp_session& each : sessions) EXPECT_EQ(each.call("echo").http.status, 200);
}

}  // namespace
}  // namespace e2e
