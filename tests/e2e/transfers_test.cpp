// Promise: who sends or reads slowly but steadily gets everything through, however long that takes; who stops, or only trickles, is cut off in time,
// and the log says how far it came.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::size_t reply_bytes = 12'000'000;

/// A connection for which the system takes little, so that it is the client who does.
http_client narrow(const hosted_fixture& host) {
    http_client out = host.connect();
    const int small = 128 * 1024;
    ::setsockopt(out.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    return out;
}

http_client ask_for_much(const hosted_fixture& host, const mcp_session& session) {
    http_client out = narrow(host);
    out.send_request("POST", "/mcp", session.headers(), call_text("1", "big", R"({"bytes":)" + std::to_string(reply_bytes) + "}"));
    return out;
}

std::size_t read_some(http_client& connection, std::size_t most) {
    std::string room(most, '\0');
    std::size_t done = 0;
    while (done < most) {
        const ssize_t count = ::recv(connection.fd(), room.data(), most - done, MSG_DONTWAIT);
        if (count > 0) done += static_cast<std::size_t>(count);
        pollfd readable{connection.fd(), POLLIN, 0};
        if (count <= 0 && ::poll(&readable, 1, 20) <= 0) break;
        if (count == 0) break;
    }
    return done;
}

std::string head_of(const mcp_session& session, std::size_t length) {
    std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(length) + "\r\n";
    for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
    return head + "\r\n";
}

/// Takes `bytes` within `time`, evenly.
template <class Step>
bool evenly(std::size_t bytes, milliseconds time, Step&& step) {
    const auto begin = std::chrono::steady_clock::now();
    std::size_t done = 0;
    return eventually(
        [&] {
        const auto passed = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
        const auto due =
            static_cast<std::size_t>(static_cast<double>(bytes) * static_cast<double>(passed.count()) / static_cast<double>(time.count()));
        if (due > done) done += step(std::min(due, bytes) - done);
        return done >= bytes;
        },
        4 * time + 10s);
}

TEST(transfers, a_slow_but_steady_reader_gets_all) {
    hosted_fixture host({.arguments = {"--limit", "write-timeout=1"}});
    const mcp_session session = host.session();
    http_client reader = ask_for_much(host, session);
    // Four times as long as it may take nothing.
    EXPECT_TRUE(evenly(reply_bytes, 4s, [&](std::size_t most) { return read_some(reader, most); }));
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    EXPECT_THAT(host.bridge().log(), testing::Not(HasSubstr("--limit write-timeout=")));
}

TEST(transfers, a_reader_that_stops_is_cut_in_time_and_the_log_says_how_far_it_came) {
    hosted_fixture host({.arguments = {"--limit", "write-timeout=1", "--metrics-listen", "0"}});
    mcp_session session = host.session();
    http_client reader = ask_for_much(host, session);
    std::size_t done = 0;
    EXPECT_TRUE(eventually([&] {
        done += read_some(reader, 1'000'000);
        return done > 3'000'000;
    }));
    EXPECT_TRUE(host.bridge().logs("read its reply too slowly", 5s));
    EXPECT_TRUE(host.bridge().logs("of 12000")) << host.bridge().log();
    EXPECT_TRUE(host.bridge().logs("(--limit write-timeout=SECONDS)"));
    EXPECT_EQ(host.metric("mcp_bridge_limit_hits_total{limit=\"write-timeout\"}"), 1);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(transfers, a_reader_that_trickles_is_cut_too) {
    hosted_fixture host({.arguments = {"--limit", "write-timeout=1"}});
    const mcp_session session = host.session();
    http_client reader = ask_for_much(host, session);
    EXPECT_TRUE(eventually(
        [&] {
        read_some(reader, 20);
        return host.bridge().log().find("read its reply too slowly") != std::string::npos;
        },
        20s));
}

TEST(transfers, a_slow_but_steady_sender_is_heard_out) {
    hosted_fixture host({.arguments = {"--limit", "body-timeout=1"}});
    const mcp_session session = host.session();
    http_client sender = host.connect();
    std::string body = call_text("1", "echo", R"({"text":")" + std::string(200'000, 'x') + R"("})");
    sender.send_raw(head_of(session, body.size()));
    std::size_t done = 0;
    EXPECT_TRUE(evenly(body.size(), 4s, [&](std::size_t most) {
        const std::string part = body.substr(done, most);
        EXPECT_TRUE(sender.send_raw(part));
        done += part.size();
        return part.size();
    }));
    EXPECT_EQ(sender.read_head().status, 200);
}

TEST(transfers, a_sender_of_a_byte_now_and_then_is_cut_and_the_log_says_how_far_it_came) {
    hosted_fixture host({.arguments = {"--limit", "body-timeout=1"}});
    const mcp_session session = host.session();
    http_client sender = host.connect();
    sender.send_raw(head_of(session, 100'000) + "{");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return !sender.send_raw("x"); }));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
    EXPECT_TRUE(host.bridge().logs("sent its request too slowly"));
    EXPECT_TRUE(host.bridge().logs("of 100000 bytes"));
    EXPECT_TRUE(host.bridge().logs("less than 4096 bytes a second"));
}

TEST(transfers, a_sender_that_stops_is_cut) {
    hosted_fixture host({.arguments = {"--limit", "body-timeout=1"}});
    const mcp_session session = host.session();
    http_client sender = host.connect();
    sender.send_raw(head_of(session, 100'000) + std::string(50'000, 'x'));
    EXPECT_TRUE(sender.is_closed_by_server());
    EXPECT_TRUE(host.bridge().logs("50000 of 100000 bytes"));
}

}  // namespace
}  // namespace e2e
