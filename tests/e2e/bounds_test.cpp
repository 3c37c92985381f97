// Promise: whoever goes over a bound is told so, in a way that it can read, and nobody else notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr long server_error = -32000;

class bounds : public in_both_isolations {};
IN_BOTH_ISOLATIONS(bounds);

std::string head_of(const mcp_session& session, const std::string& more) {
    std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : session.headers()) text += name + ": " + value + "\r\n";
    return text + more + "\r\n\r\n";
}

void expect_too_large(http_client& connection) {
    EXPECT_EQ(connection.read_head().status, 413);
    const std::string body = connection.read_body();
    EXPECT_EQ(error_code(body), server_error);
    EXPECT_THAT(error_text(body), HasSubstr("body"));
    EXPECT_TRUE(connection.is_closed_by_server());
}

TEST_P(bounds, of_a_body_are_told_while_the_client_still_sends) {
    hosted_fixture host(how({"--max-body-size", "64KiB"}));
    mcp_session session = host.session();
    constexpr std::size_t size = 48 * 1024 * 1024;
    http_client connection = host.connect();
    connection.send_raw(head_of(session, "Content-Length: " + std::to_string(size)));
    // Closing earlier would reset the connection, and many systems throw the answer away then.
    EXPECT_TRUE(connection.send_raw(std::string(size, ' ')));
    expect_too_large(connection);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(bounds, of_a_body_are_told_before_it_is_sent) {
    hosted_fixture host(how({"--max-body-size", "64KiB"}));
    mcp_session session = host.session();
    http_client connection = host.connect();
    connection.send_raw(head_of(session, "Content-Length: 65537\r\nExpect: 100-continue"));
    expect_too_large(connection);
}

TEST_P(bounds, of_a_body_hold_for_chunks) {
    hosted_fixture host(how({"--max-body-size", "64KiB"}));
    mcp_session session = host.session();
    http_client connection = host.connect();
    connection.send_raw(head_of(session, "Transfer-Encoding: chunked"));
    const std::string chunk = "4000\r\n" + std::string(0x4000, ' ') + "\r\n";
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(connection.send_raw(chunk)) << i;
    expect_too_large(connection);
}

TEST_P(bounds, of_a_body_let_one_of_just_that_size_pass) {
    hosted_fixture host(how({"--max-body-size", "64KiB"}));
    mcp_session session = host.session();
    std::string body = call_text("7", "echo");
    body += std::string(64 * 1024 - body.size(), ' ');
    EXPECT_EQ(session.post(body).status, 200);
    EXPECT_EQ(session.post(body + " ").status, 413);
}

TEST_P(bounds, of_headers_are_told) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.emplace("X-Much", std::string(40 * 1024, 'x'));
    const http_response response = host.connect().post("/mcp", headers, call_text("1", "echo"));
    EXPECT_EQ(response.status, 431);
    EXPECT_EQ(error_code(response.body), server_error);
    EXPECT_THAT(error_text(response.body), HasSubstr("headers"));
    EXPECT_EQ(host.connect().get("/" + std::string(40 * 1024, 'x')).status, 414) << "that is the target's length (RFC 9110, section 15.5.15)";
}

TEST_P(bounds, of_requests_in_one_session_are_told) {
    hosted_fixture host(how({"--max-session-requests", "2"}));
    mcp_session session = host.session();
    mcp_session other = host.session();
    http_client first = session.begin_post(call_text("1", "slow", R"({"ms":600000,"n":1})"));
    http_client second = session.begin_post(call_text("2", "slow", R"({"ms":600000,"n":2})"));
    ASSERT_TRUE(host.receives(R"("n":1)") && host.receives(R"("n":2)"));
    const mcp_answer full = session.call("echo");
    EXPECT_EQ(full.http.status, 429);
    EXPECT_NE(full.http.header("retry-after"), "");
    EXPECT_EQ(error_code(full.message), server_error);
    EXPECT_EQ(full.at("id"), std::to_string(session.last_request_id()));
    EXPECT_EQ(other.call("echo").text(), "ok");
    session.notify("notifications/cancelled", R"({"requestId":1})");
    EXPECT_TRUE(eventually([&] { return session.call("echo").http.status == 200; }));
}

TEST_P(bounds, of_requests_on_one_process_are_told) {
    hosted_fixture host(how({"--max-child-requests", "1"}));
    mcp_session session = host.session();
    http_client first = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    const mcp_answer full = session.call("echo");
    EXPECT_EQ(full.http.status, 503);
    EXPECT_NE(full.http.header("retry-after"), "");
    EXPECT_EQ(error_code(full.message), server_error);
    EXPECT_THAT(error_text(full.message), HasSubstr("in flight"));
}

TEST_P(bounds, of_sessions_are_told) {
    hosted_fixture host(how({"--max-sessions", "2"}));
    mcp_session first = host.session();
    mcp_session second = host.session();
    mcp_session third = host.client();
    const mcp_answer full = third.initialize();
    EXPECT_EQ(full.http.status, 503);
    EXPECT_NE(full.http.header("retry-after"), "");
    EXPECT_EQ(error_code(full.message), server_error);
    EXPECT_THAT(error_text(full.message), HasSubstr("sessions"));
    EXPECT_EQ(third.id(), "");
    EXPECT_EQ(first.terminate().status, 200);
    EXPECT_EQ(third.open().call("echo").text(), "ok");
}

TEST(bounds_in_session_isolation, of_processes_are_told) {
    hosted_fixture host({.arguments = {"--max-children", "1", "--limit", "place-timeout=0.3"}});
    mcp_session first = host.session();
    mcp_session second = host.client();
    const mcp_answer full = second.initialize();
    EXPECT_EQ(full.http.status, 503);
    EXPECT_THAT(error_text(full.message), HasSubstr("processes"));
    EXPECT_EQ(second.id(), "");
    first.terminate();
    EXPECT_TRUE(eventually([&] { return second.initialize().http.status == 200; }));
}

TEST_P(bounds, of_idle_time_close_a_connection) {
    hosted_fixture host(how({"--idle-timeout", "0.1"}));
    EXPECT_TRUE(host.connect().is_closed_by_server());
}

TEST(bounds_in_session_isolation, of_idle_time_end_a_session_and_its_process) {
    hosted_fixture host({.arguments = {"--session-idle", "0.1", "--log-level", "debug"}});
    mcp_session session = host.session();
    ASSERT_TRUE(host.bridge().logs("the session was idle for too long", 20s));
    EXPECT_EQ(session.request("ping").http.status, 404);
    EXPECT_TRUE(eventually([&] { return !is_running(host.last_child()); }));
}

TEST_P(bounds, of_time_close_a_connection_whose_request_never_ends) {
    hosted_fixture host(how({"--limit", "header-timeout=0.1", "--limit", "body-timeout=0.1"}));
    mcp_session session = host.session();
    http_client headless = host.connect();
    headless.send_raw("POST /mcp HT");
    EXPECT_TRUE(headless.is_closed_by_server());
    http_client bodiless = host.connect();
    bodiless.send_raw(head_of(session, "Content-Length: 10"));
    EXPECT_TRUE(bodiless.is_closed_by_server());
}

TEST_P(bounds, of_connections_make_more_of_them_wait) {
    hosted_fixture host(how({"--max-connections", "3"}));
    http_client first = host.connect();
    http_client second = host.connect();
    http_client third = host.connect();
    for (http_client* each : {&first, &second, &third}) EXPECT_EQ(each->get("/healthz").status, 200);
    http_client fourth = host.connect();
    fourth.send_request("GET", "/healthz");
    EXPECT_THROW(fourth.read_head(200ms), http_failure);
    first.close();
    EXPECT_EQ(fourth.read_head().status, 200);
}

TEST_P(bounds, of_connections_make_the_one_that_is_idle_for_the_longest_give_way) {
    hosted_fixture host(how({"--max-connections", "3"}));
    http_client busy = host.connect();
    busy.send_raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
    http_client older = host.connect();
    EXPECT_EQ(older.get("/healthz").status, 200);
    http_client newer = host.connect();
    EXPECT_EQ(newer.get("/healthz").status, 200);
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    EXPECT_TRUE(older.is_closed_by_server());
    EXPECT_EQ(newer.get("/healthz").status, 200);
    busy.send_raw("\r\n");
    EXPECT_EQ(busy.read_head().status, 200);
}

TEST_P(bounds, of_descriptors_make_an_idle_connection_give_way) {
    hosted_fixture host(how());
    const pid_t bridge = host.bridge().pid();
    rlimit limit{};
    ASSERT_EQ(::prlimit(bridge, RLIMIT_NOFILE, nullptr, &limit), 0);
    // Room for a few connections, beside what is kept for server processes.
    limit.rlim_cur = 2 * descriptors_of(bridge);
    ASSERT_EQ(::prlimit(bridge, RLIMIT_NOFILE, &limit, nullptr), 0);
    std::vector<http_client> all;
    EXPECT_TRUE(eventually([&] {
        all.push_back(host.connect());
        all.back().send_request("GET", "/healthz");
        return all.size() > 1 && host.bridge().log().find("cannot accept a connection") != std::string::npos;
    }));
    EXPECT_EQ(all.front().read_head().status, 200);
    EXPECT_EQ(all.back().read_head().status, 200);
    EXPECT_TRUE(all.front().is_closed_by_server());
}

}  // namespace
}  // namespace e2e
