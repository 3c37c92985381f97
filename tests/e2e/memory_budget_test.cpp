// Promise: whatever clients and servers send, and however slowly clients read, the bridge stays within --max-memory, goes on serving what is small,
// finishes what is large one by one, and says what it had to refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <fstream>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/modern_client.hpp"
#include "tests/e2e/tested_bridge.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr std::size_t MiB = 1024 * 1024;

std::size_t resident(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    in >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// A call of `slow` that takes no time, with so many bytes in its arguments, as a request of which any part can be sent at any time.
class large_call {
public:
    large_call(const hosted_fixture& host, const mcp_session& session, std::size_t bytes) : connection_(host.connect()) {
        const std::string begin = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"slow","arguments":{"ms":0,"text":")";
        const std::string end = R"("}}})";
        left_ = begin.size() + bytes + end.size();
        std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(left_) + "\r\n";
        for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
        head += "\r\n";
        left_ -= begin.size();
        connection_.send_raw(head + begin);
        end_ = end;
    }

    /// Sends what the socket takes at once of the next `bytes`. False if the server has closed the connection.
    bool send_some(std::size_t bytes) {
        static const std::string filling(256 * 1024, 'x');
        while (bytes != 0 && left_ > end_.size()) {
            const std::size_t size = std::min({bytes, filling.size(), left_ - end_.size()});
            const ssize_t count = ::send(connection_.fd(), filling.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (count < 0) return errno == EAGAIN;
            bytes -= static_cast<std::size_t>(count);
            left_ -= static_cast<std::size_t>(count);
        }
        return true;
    }
    bool is_sent() const { return left_ <= end_.size(); }
    void finish() { connection_.send_raw(end_); }

    http_client& connection() { return connection_; }

private:
    http_client connection_;
    std::string end_;
    std::size_t left_ = 0;
};

/// Calls `big` on a connection whose client reads nothing, and whose system takes little for it.
http_client call_and_read_nothing(const hosted_fixture& host, const mcp_session& session, std::size_t bytes) {
    http_client connection = host.connect();
    const int small = 4096;
    ::setsockopt(connection.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    connection.send_request("POST", "/mcp", session.headers(), call_text("1", "big", R"({"bytes":)" + std::to_string(bytes) + "}"));
    return connection;
}

double measures(const hosted_fixture& host, const std::string& measure) {
    return host.metric("mcp_bridge_memory_measures_total{measure=\"" + measure + "\"}");
}

double used(const hosted_fixture& host) {
    double sum = 0;
    for (const char* use : {"request_body", "child_line", "child_input", "stream", "replay", "reply"}) {
        sum += host.metric("mcp_bridge_memory_used_bytes{use=\"" + std::string(use) + "\"}");
    }
    return sum;
}

// The limit for one body and one message is then 8 MiB, and 24 MiB may be used but for the reserve.
const std::vector<std::string> little = {"--max-memory", "32MiB", "--metrics-listen", "0"};

std::vector<std::string> little_and(std::vector<std::string> more) {
    more.insert(more.end(), little.begin(), little.end());
    return more;
}

/// Bodies that hold all but the reserve: the first three whole but for their ends, the fourth as far as it is let in.
std::deque<large_call> fill(const hosted_fixture& host, const mcp_session& session) {
    std::deque<large_call> all;
    for (int i = 0; i < 4; ++i) {
        all.emplace_back(host, session, 7 * MiB);
        large_call& last = all.back();
        const bool is_held = i == 3;
        EXPECT_TRUE(eventually([&] {
            last.send_some(7 * MiB);
            return last.is_sent() || (is_held && used(host) > 23.9 * MiB);
        })) << i;
        if (!is_held) {
            EXPECT_TRUE(eventually([&] { return used(host) > 7.0 * MiB * (i + 1); })) << i;
        }
    }
    return all;
}

// The link to an ended process lives for as long as its session, and kept its buffers.
TEST(memory_budget, gets_back_what_waited_for_a_process_that_has_ended) {
    hosted_fixture host({.isolation = "session", .arguments = little});
    std::vector<mcp_session> sessions;
    for (int i = 0; i < 3; ++i) {
        mcp_session& session = sessions.emplace_back(host.session());
        session.call("stop_reading");
        std::vector<http_client> waiting;
        // The first message is in the pipe in part, and the second one waits behind it.
        for (const std::size_t bytes : {std::size_t{1}, std::size_t{5}}) {
            waiting.push_back(session.begin_call("echo", R"({"text":")" + std::string(bytes * 1024 * 1024, 'x') + R"("})"));
        }
        ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_memory_used_bytes{use=\"child_input\"}") > 5.0 * MiB; })) << i;
        ::kill(host.last_child(), SIGKILL);
        EXPECT_TRUE(eventually([&] { return used(host) < 0.2 * MiB; })) << i << ": " << used(host);
    }
    EXPECT_EQ(sessions.front().call("echo").text(), "ok");
}

// The request is kept for the answers to the questions of the server, and its text is what was received. It was paid for again to be kept.
TEST(memory_budget, pays_once_for_a_request_that_is_kept) {
    hosting how{.isolation = "session", .arguments = little, .flags = {"--era", "modern"}, .works = false};
    how.arguments.insert(how.arguments.end(), {"--max-body-size", std::to_string(16 * MiB)});
    hosted_fixture host(how);
    mcp_session session = host.client({.capabilities = R"({"roots":{}})"}).open();
    const std::string text(14 * MiB, 'x');
    http_client call = session.begin_call("ask_input", R"({"requests":{"k":{"method":"roots/list"}},"rounds":1,"text":")" + text + R"("})");
    call.read_head();
    const auto asked = call.read_event();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(asked->data, "method"), R"("roots/list")") << asked->data.substr(0, 300);
    EXPECT_TRUE(eventually([&] { return used(host) < 15.0 * MiB; })) << used(host);
    EXPECT_GT(used(host), 13.9 * MiB);
}

// The copy of a large member was not paid for.
TEST(memory_budget, pays_for_the_copies_of_the_members_of_a_batch) {
    hosting how{.isolation = "session", .arguments = little};
    how.arguments.insert(how.arguments.end(), {"--max-body-size", std::to_string(16 * MiB)});
    hosted_fixture host(how);
    mcp_session session = host.session({.version = "2025-03-26"});
    const auto posted = [&session](std::size_t bytes) {
        return session.post('[' + call_text("7", "slow", R"({"ms":0,"text":")" + std::string(bytes, 'x') + R"("})") + ']').body;
    };
    EXPECT_THAT(posted(14 * MiB), HasSubstr("no memory for so large a member"));
    EXPECT_THAT(posted(4 * MiB), testing::Not(HasSubstr("no memory")));
    EXPECT_GE(measures(host, "message_refused"), 1);
}

// Of bytes that are not UTF-8 each becomes three, of which one was paid for.
TEST(memory_budget, pays_for_a_line_that_is_repaired) {
    hosting how{.isolation = "session", .arguments = little};
    how.arguments.insert(how.arguments.end(), {"--max-line-size", std::to_string(31 * MiB)});
    hosted_fixture host(how);
    mcp_session session = host.session();
    const auto writes = [&session](std::size_t bytes) {
        return session.call("worst", R"({"case":"a message of bytes that are no UTF-8","bytes":)" + std::to_string(bytes) + '}', 60s).text();
    };
    EXPECT_EQ(writes(4 * MiB), "written");
    EXPECT_EQ(measures(host, "line_refused"), 0);
    EXPECT_EQ(writes(6 * MiB), "written");
    EXPECT_EQ(measures(host, "line_refused"), 1);
}

TEST(memory_budget, refuses_new_large_requests_unread_and_serves_small_ones) {
    hosted_fixture host({.arguments = little});
    mcp_session session = host.session();
    std::deque<large_call> held = fill(host, session);
    ASSERT_TRUE(eventually([&] { return used(host) > 23.9 * MiB; }));
    large_call late(host, session, 7 * MiB);
    EXPECT_EQ(late.connection().read_head().status, 503);
    EXPECT_GE(measures(host, "body_refused"), 1);
    EXPECT_TRUE(host.bridge().logs("was refused unread"));
    EXPECT_TRUE(host.bridge().logs("(--max-memory)"));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.client().initialize().http.status, 200);
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    // The oldest completes, which lets the others go on.
    for (large_call& each : held) {
        EXPECT_TRUE(eventually([&] { return each.send_some(7 * MiB) && each.is_sent(); }));
        each.finish();
        EXPECT_EQ(each.connection().read_head(30s).status, 200);
        each.connection().read_body();
    }
    EXPECT_TRUE(eventually([&] { return used(host) < 1.0 * MiB; })) << used(host);
}

// The capabilities of each kind of client were kept for half an hour, and only one copy of them was paid for.
TEST(memory_budget, pays_for_the_kinds_of_clients_and_forgets_the_oldest) {
    hosted_fixture host({.arguments = little});
    EXPECT_EQ(host.session().call("echo").text(), "ok");
    const auto kept = [&] { return host.metric("mcp_bridge_memory_used_bytes{use=\"handshake\"}"); };
    for (int i = 0; i < 240; ++i) {
        const std::string extension = R"({"extensions":{"x)" + std::to_string(i) + R"(":{"text":")" + std::string(60'000, 'x') + R"("}}})";
        // The request is refused, but its client is known by then.
        modern_client client(host, extension);
        EXPECT_EQ(client.request("subscriptions/listen", R"({"notifications":1})").http.status, 400) << i;
        if (i == 9) {
            EXPECT_GT(kept(), 10 * 2 * 60'000.0);
        }
    }
    EXPECT_LT(kept(), 24.2 * MiB);
    EXPECT_EQ(host.session().call("echo").text(), "ok");
}

TEST(memory_budget, says_when_to_come_again) {
    hosted_fixture host({.arguments = little});
    mcp_session session = host.session();
    const std::deque<large_call> held = fill(host, session);
    large_call late(host, session, 7 * MiB);
    const response_head head = late.connection().read_head();
    EXPECT_EQ(head.status, 503);
    EXPECT_GE(std::stoi(head.header("retry-after")), 1);
    EXPECT_THAT(late.connection().read_body(), HasSubstr("no memory"));
}

TEST(memory_budget, gives_up_a_body_that_waits_for_too_long_but_never_the_oldest) {
    hosted_fixture host({.arguments = little_and({"--limit", "body-timeout=2"})});
    mcp_session session = host.session();
    std::deque<large_call> all;
    for (int i = 0; i < 6; ++i) {
        all.emplace_back(host, session, 7 * MiB);
        all.back().send_some(3 * MiB);
    }
    // The oldest goes on slowly; the others would have more, and are not read.
    large_call& oldest = all.front();
    EXPECT_TRUE(eventually(
        [&] {
        for (std::size_t i = 1; i < all.size(); ++i) all[i].send_some(256 * 1024);
        oldest.send_some(64 * 1024);
        return measures(host, "body_ended") >= 1;
        },
        20s));
    EXPECT_TRUE(host.bridge().logs("was given up after"));
    EXPECT_TRUE(eventually([&] { return oldest.send_some(MiB) && oldest.is_sent(); }));
    oldest.finish();
    EXPECT_EQ(oldest.connection().read_head().status, 200);
}

TEST(memory_budget, drops_a_large_answer_and_fails_only_its_call) {
    hosted_fixture host({.arguments = little});
    mcp_session session = host.session();
    EXPECT_EQ(session.call("big", R"({"bytes":7000000})").http.status, 200);
    const std::deque<large_call> held = fill(host, session);
    mcp_session other = host.session();
    const mcp_answer refused = other.call("big", R"({"bytes":7000000})");
    EXPECT_EQ(error_code(refused.message), -32603);
    EXPECT_THAT(error_text(refused.message), HasSubstr("no memory at the moment (--max-memory)"));
    EXPECT_GE(measures(host, "line_refused"), 1);
    EXPECT_EQ(other.call("echo").text(), "ok");
}

TEST(memory_budget, keeps_little_of_a_line_that_never_ends) {
    hosted_fixture host({.arguments = little_and({"--request-timeout", "20"})});
    std::vector<mcp_session> sessions;
    std::vector<http_client> calls;
    for (int i = 0; i < 6; ++i) {
        sessions.push_back(host.session());
        calls.push_back(sessions.back().begin_call("endless_line"));
    }
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_child_received_bytes_total") > 400.0 * MiB; }, 60s));
    EXPECT_LT(used(host), 24.0 * MiB);
    EXPECT_EQ(host.session().call("echo").text(), "ok");
}

TEST(memory_budget, cuts_the_client_that_has_taken_nothing_for_the_longest_time) {
    hosted_fixture host({.arguments = little});
    mcp_session session = host.session();
    mcp_session second = host.session();
    http_client first_stall = call_and_read_nothing(host, session, 7'000'000);
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_memory_used_bytes{use=\"reply\"}") > 6.0 * MiB; }));
    http_client second_stall = call_and_read_nothing(host, second, 7'000'000);
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_memory_used_bytes{use=\"reply\"}") > 12.0 * MiB; }));
    mcp_session third = host.session();
    large_call body(host, third, 7 * MiB);
    large_call more(host, third, 7 * MiB);
    EXPECT_TRUE(eventually(
        [&] {
        body.send_some(7 * MiB);
        more.send_some(7 * MiB);
        return measures(host, "stream_cut") >= 1;
        },
        20s))
        << used(host);
    EXPECT_TRUE(host.bridge().logs("cut off a client that reads nothing"));
    EXPECT_TRUE(host.bridge().logs(" of 7000")) << host.bridge().log();
    EXPECT_EQ(session.call("echo").text(), "ok") << "the session goes on";
    EXPECT_TRUE(eventually([&] { return body.send_some(7 * MiB) && body.is_sent(); }));
    body.finish();
    EXPECT_EQ(body.connection().read_head().status, 200);
}

TEST(memory_budget, leaves_half_to_others_once_they_wait) {
    hosted_fixture host({.arguments = little_and({"--limit", "body-timeout=30"}),
                         .environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789,bob=bob-key-0123456789"}});
    const mcp_session alice = host.session({.headers = {{"x-functions-key", "alice-key-0123456789"}}});
    const mcp_session bob = host.session({.headers = {{"x-functions-key", "bob-key-0123456789"}}});
    std::deque<large_call> hers = fill(host, alice);
    // Now that somebody else wants memory, what alice has beyond half is given up: her body that is not read.
    {
        large_call wanted(host, bob, 4 * MiB);
        EXPECT_TRUE(eventually([&] {
            wanted.send_some(4 * MiB);
            return measures(host, "body_ended") >= 1;
        }));
        EXPECT_EQ(hers.back().connection().read_head().status, 503);
    }
    EXPECT_TRUE(eventually([&] {
        large_call his(host, bob, 2 * MiB);
        if (!eventually([&] { return !his.send_some(2 * MiB) || his.is_sent(); })) return false;
        his.finish();
        return his.connection().read_head().status == 200;
    }));
}

// In parts, as much as a bridge without a budget would hold for good.
TEST(memory_budget, holds_under_forty_clients_of_every_bad_habit) {
    if (is_sanitized()) GTEST_SKIP() << "takes minutes under AddressSanitizer; the release binary is tested with it";
    constexpr std::size_t budget = 128 * MiB;
    hosted_fixture host({.arguments = {"--max-memory", "128MiB", "--metrics-listen", "0"}});
    const pid_t bridge = host.bridge().pid();
    mcp_session small = host.session();
    // Its server has to read all of it, which takes a while.
    const mcp_session large = host.session();
    std::vector<mcp_session> sessions;
    std::vector<http_client> stalls;
    std::deque<large_call> bodies;
    std::size_t most = 0;
    double most_used = 0;
    const auto look = [&] {
        most = std::max(most, resident(bridge));
        most_used = std::max(most_used, used(host));
        EXPECT_EQ(small.call("echo").text(), "ok");
    };
    for (int i = 0; i < 4; ++i) {
        sessions.push_back(host.session());
        stalls.push_back(sessions.back().begin_call("endless_line"));
    }
    for (int i = 0; i < 8; ++i) {
        sessions.push_back(host.session());
        for (int k = 0; k < 2; ++k) stalls.push_back(call_and_read_nothing(host, sessions.back(), 20'000'000));
        look();
    }
    std::size_t completed = 0;
    EXPECT_TRUE(eventually(
        [&] {
        look();
        while (bodies.size() < 20) bodies.emplace_back(host, large, 28 * MiB);
        for (auto each = bodies.begin(); each != bodies.end();) {
            const bool goes_on = each->send_some(2 * MiB);
            if (each->is_sent()) {
                each->finish();
                completed += each->connection().read_head(60s).status == 200 ? 1 : 0;
            }
            each = !goes_on || each->is_sent() ? bodies.erase(each) : std::next(each);
        }
        return completed >= 2;
        },
        60s))
        << completed;
    // The budget bounds what is large. Each client and each server may have a small message and its reply beside it.
    const std::size_t small_things = (20 + 2 * 8 + 4 + 2 + sessions.size() + 2) * 2 * (64 << 10);
    EXPECT_LT(most_used, static_cast<double>(budget + small_things));
#ifdef MEASURES_MEMORY
    EXPECT_LT(most, budget + 64 * MiB);
#endif
    bodies.clear();
    stalls.clear();
    for (mcp_session& each : sessions) each.terminate();
    EXPECT_TRUE(eventually([&] { return used(host) < 1.0 * MiB; }, 30s)) << used(host);
#ifdef MEASURES_MEMORY
    EXPECT_TRUE(eventually([&] { return resident(bridge) < 48 * MiB; }, 30s)) << resident(bridge);
#endif
}

}  // namespace
}  // namespace e2e
