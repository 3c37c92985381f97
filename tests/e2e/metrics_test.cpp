// Promise: whoever runs the bridge sees in /metrics what it does and which limits it meets, and nobody else does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/child_process.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* key = "alice-key-0123456789";

class metrics : public in_both_isolations {
protected:
    static hosting shown(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(), {"--metrics-listen", "0"});
        return how(std::move(arguments));
    }
};
IN_BOTH_ISOLATIONS(metrics);

std::string outcome(const std::string& method, const std::string& result) {
    return "mcp_bridge_requests_total{method=\"" + method + "\",outcome=\"" + result + "\"}";
}

std::string limit(const std::string& name) {
    return "mcp_bridge_limit_hits_total{limit=\"" + name + "\"}";
}

// What Prometheus' own client library, which the system's Python has, reads in the page: a line for each sample.
std::string parsed(const std::string& page) {
    const temp_folder folder;
    child_process reader({.command = {"/usr/bin/python3", "-B", "-c",
                                      "import sys\n"
                                      "from prometheus_client.parser import text_string_to_metric_families as parse\n"
                                      "for family in parse(open(sys.argv[1]).read()):\n"
                                      "    assert family.documentation and family.type != 'unknown', family\n"
                                      "    for sample in family.samples: print(family.type, sample.name, sample.value)\n"
                                      "print('end')",
                                      folder.file("page", page)}});
    std::string out;
    while (const auto line = reader.read_line(20s)) out += *line + '\n';
    EXPECT_EQ(reader.wait(), (exit_status{true, 0})) << reader.stderr_text();
    return out;
}

TEST_P(metrics, are_on_a_port_of_their_own_and_nothing_else_is) {
    hosted_fixture host(shown());
    http_client inside(host.metrics_port());
    EXPECT_EQ(inside.get("/metrics").status, 200);
    EXPECT_EQ(inside.request("HEAD", "/metrics").status, 200);
    EXPECT_EQ(inside.get("/healthz").status, 200);
    EXPECT_EQ(inside.get("/readyz").status, 200);
    EXPECT_EQ(inside.request("POST", "/metrics").status, 405);
    const http_response elsewhere = inside.post("/mcp", {{"Content-Type", "application/json"}}, request_text("1", "initialize"));
    EXPECT_EQ(elsewhere.status, 404);
    EXPECT_THAT(error_text(elsewhere.body), HasSubstr("/metrics"));
    EXPECT_EQ(host.connect().get("/metrics").status, 404) << "clients do not see them";
    EXPECT_EQ(http_client(host.metrics_port()).get("/metrics", {{"Host", "evil.example"}}).status, 403)
        << "nor does a web page that rebinds its name";
}

TEST_P(metrics, are_shown_to_clients_if_that_is_allowed_and_then_for_a_key) {
    hosting host_with_key = how({"--public-metrics"});
    host_with_key.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + key};
    hosted_fixture guarded(host_with_key);
    EXPECT_EQ(guarded.connect().get("/metrics").status, 401);
    const http_response page = guarded.connect().get("/metrics", {{"x-functions-key", key}});
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, Not(HasSubstr(key)));
    EXPECT_THAT(page.body, Not(HasSubstr("alice")));
    hosted_fixture open(how({"--public-metrics"}));
    EXPECT_EQ(open.connect().get("/metrics").status, 200);
}

TEST_P(metrics, are_in_the_format_that_prometheus_reads) {
    hosted_fixture host(shown());
    mcp_session session = host.session();
    session.call("echo");
    const http_response page = http_client(host.metrics_port()).get("/metrics");
    EXPECT_EQ(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const std::string read = parsed(page.body);
    EXPECT_THAT(read, HasSubstr("counter mcp_bridge_requests_total 1.0\n"));
    EXPECT_THAT(read, HasSubstr("histogram mcp_bridge_request_duration_seconds_count 1.0\n"));
    EXPECT_THAT(read, HasSubstr("gauge process_resident_memory_bytes "));
    EXPECT_THAT(read, HasSubstr("end\n"));
}

TEST_P(metrics, count_requests_by_how_they_end) {
    hosted_fixture host(shown({"--request-timeout", "1"}));
    mcp_session session = host.session();
    for (int i = 0; i < 3; ++i) session.call("echo");
    session.request("prompts/list");
    session.request("no/such/method");
    session.call("slow", R"({"ms":60000})");
    http_client cancelled = session.begin_call("slow", R"({"ms":60000})");
    session.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(session.last_request_id()) + "}");
    read_answer(cancelled, session.last_request_id());
    session.call("crash");
    EXPECT_EQ(host.metric(outcome("initialize", "answered")), 1);
    EXPECT_EQ(host.metric(outcome("tools/call", "answered")), 3);
    EXPECT_EQ(host.metric(outcome("tools/call", "timed_out")), 1);
    EXPECT_EQ(host.metric(outcome("tools/call", "cancelled")), 1);
    EXPECT_EQ(host.metric(outcome("tools/call", "lost")), 1);
    EXPECT_EQ(host.metric(outcome("prompts/list", "error")), 1);
    EXPECT_EQ(host.metric(outcome("other", "error")), 1);
    EXPECT_EQ(host.metric("mcp_bridge_request_duration_seconds_count{method=\"tools/call\"}"), 6);
    EXPECT_GE(host.metric("mcp_bridge_request_duration_seconds_sum{method=\"tools/call\"}"), 1);
    EXPECT_EQ(host.metric(limit("request-timeout")), 1);
    EXPECT_EQ(host.metric("mcp_bridge_child_ends_total{reason=\"died\"}"), 1);
}

TEST_P(metrics, show_what_is_there) {
    hosted_fixture host(shown());
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 0);
    mcp_session first = host.session();
    mcp_session second = host.session();
    http_client stream = first.listen();
    http_client call = second.begin_call("slow", R"({"ms":60000})");
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 1; }));
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 2);
    EXPECT_EQ(host.metric("mcp_bridge_streams"), 1);
    EXPECT_EQ(host.metric("mcp_bridge_children{state=\"open\"}"), is_shared() ? 1 : 2);
    first.terminate();
    second.terminate();
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_children{state=\"closing\"}") == 0; }));
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 0);
    EXPECT_EQ(host.metric("mcp_bridge_streams"), 0);
    EXPECT_EQ(host.metric("mcp_bridge_requests_in_flight"), 0);
    EXPECT_EQ(host.metric("mcp_bridge_children{state=\"open\"}"), is_shared() ? 1 : 0);
    EXPECT_EQ(host.metric("mcp_bridge_sessions_opened_total"), 2);
}

TEST_P(metrics, count_bytes_both_ways) {
    hosted_fixture host(shown());
    mcp_session session = host.session();
    const double from_child = host.metric("mcp_bridge_child_received_bytes_total");
    const double to_client = host.metric("mcp_bridge_http_sent_bytes_total");
    session.call("big", R"({"bytes":1000000})");
    EXPECT_GE(host.metric("mcp_bridge_child_received_bytes_total") - from_child, 1'000'000);
    EXPECT_GE(host.metric("mcp_bridge_http_sent_bytes_total") - to_client, 1'000'000);
    const double to_child = host.metric("mcp_bridge_child_sent_bytes_total");
    const double from_client = host.metric("mcp_bridge_http_received_bytes_total");
    session.call("echo", R"({"text":")" + std::string(500'000, 'x') + R"("})");
    EXPECT_GE(host.metric("mcp_bridge_child_sent_bytes_total") - to_child, 500'000);
    EXPECT_GE(host.metric("mcp_bridge_http_received_bytes_total") - from_client, 500'000);
}

// A method that somebody invents must not become a series of its own, or the monitoring of the operator could be filled.
TEST_P(metrics, have_no_label_that_a_client_chose) {
    hosted_fixture host(shown());
    mcp_session session = host.session();
    session.request("invented/by/the/client");
    session.call("invented_tool");
    host.connect().get("/invented-path");
    const std::string page = http_client(host.metrics_port()).get("/metrics").body;
    EXPECT_THAT(page, Not(HasSubstr("invented")));
    EXPECT_THAT(page, Not(HasSubstr(session.id())));
}

// After a burst of large messages the memory that it took goes back to the system.
TEST_P(metrics, show_that_memory_is_given_back) {
    hosted_fixture host(shown());
    mcp_session session = host.session();
    std::vector<http_client> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(session.begin_call("big", R"({"bytes":2000000})"));
    const long last = session.last_request_id();
    for (int i = 0; i < 20; ++i) read_answer(calls[static_cast<std::size_t>(i)], last - 19 + i);
    calls.clear();
    if (host.metric("mcp_bridge_heap_used_bytes") == 0)
        GTEST_SKIP() << "the sanitizers' allocator does not tell; run it with the release build: scripts/test e2e-release";
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_heap_kept_bytes") < 4e6; }, 20s));
}

}  // namespace
}  // namespace e2e
