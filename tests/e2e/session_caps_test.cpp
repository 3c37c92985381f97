// Promise: sessions and server processes are bounded, per client too; who comes when all are taken gets the place of a session that
// is long unused, or the process of an idle one, never that of one that is in use; and what a session held is free again when it ends.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* both_keys = "MCP_BRIDGE_KEYS=alice=alice-key-0123456789,bob=bob-key-0123456789";
const http_headers alice = {{"x-functions-key", "alice-key-0123456789"}};
const http_headers bob = {{"x-functions-key", "bob-key-0123456789"}};

/// Evicts what was unused for a moment only.
std::vector<std::string> eager(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--limit", "session-evict=0.05"});
    return arguments;
}

bool is_open(mcp_session& session) {
    return session.post(request_text("1", "ping")).status == 200;
}

/// Opens a session although places may still have to become free.
mcp_session open_in_the_end(const hosted_fixture& host, const mcp_options& options = {}) {
    mcp_session session = host.client(options);
    EXPECT_TRUE(eventually([&] { return session.initialize().http.status == 200; }));
    EXPECT_EQ(session.notify("notifications/initialized").status, 202);
    return session;
}

int status_of_opening(const hosted_fixture& host, const mcp_options& options = {}) {
    mcp_session session = host.client(options);
    return session.initialize().http.status;
}

class session_caps : public in_both_isolations {};
IN_BOTH_ISOLATIONS(session_caps);

TEST_P(session_caps, hold_while_nobody_was_unused_for_long) {
    hosted_fixture host(how({"--max-sessions", "2"}));
    mcp_session first = host.session();
    mcp_session second = host.session();
    EXPECT_EQ(status_of_opening(host), 503);
    EXPECT_TRUE(is_open(first));
    EXPECT_TRUE(is_open(second));
    EXPECT_EQ(first.terminate().status, 200);
    EXPECT_EQ(status_of_opening(host), 200);
}

TEST_P(session_caps, give_the_place_of_the_longest_unused) {
    hosted_fixture host(how(eager({"--max-sessions", "2"})));
    mcp_session first = host.session();
    mcp_session second = host.session();
    EXPECT_TRUE(is_open(first)) << "used again: now the second is the longest unused";
    mcp_session third = open_in_the_end(host);
    EXPECT_TRUE(is_open(third));
    EXPECT_TRUE(is_open(first));
    EXPECT_EQ(second.call("echo").http.status, 404);
}

TEST_P(session_caps, never_take_the_place_of_one_in_use) {
    hosted_fixture host(how(eager({"--max-sessions", "2"})));
    mcp_session listener = host.session();
    http_client stream = listener.listen();
    mcp_session caller = host.session();
    http_client call = caller.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_TRUE(stays_true([&] { return status_of_opening(host) == 503; }, 300ms));
    caller.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(caller.last_request_id()) + "}");
    EXPECT_EQ(read_answer(call, caller.last_request_id()).message, "");
    open_in_the_end(host);
    EXPECT_EQ(caller.call("echo").http.status, 404);
    EXPECT_TRUE(is_open(listener));
}

TEST_P(session_caps, count_a_call_whose_client_has_left_as_use) {
    hosted_fixture host(how(eager({"--max-sessions", "1", "--request-timeout", "1.5"})));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    call.close(true);
    EXPECT_EQ(status_of_opening(host), 503);
    // Nobody waits for the answer, and its time runs out all the same.
    open_in_the_end(host);
    EXPECT_TRUE(host.receives("notifications/cancelled"));
}

TEST_P(session_caps, free_the_place_of_a_call_that_nobody_waits_for) {
    hosted_fixture host(how({"--max-session-requests", "1", "--request-timeout", "0.5"}));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000,"who":"left"})");
    ASSERT_TRUE(host.receives("left"));
    call.close(true);
    EXPECT_TRUE(eventually([&] { return session.call("echo").http.status == 200; }));
    EXPECT_THAT(host.line_with("notifications/cancelled"), HasSubstr("timed out"));
}

TEST_P(session_caps, hold_for_each_key) {
    hosting with_keys = how({"--max-principal-sessions", "1"});
    with_keys.environment = {both_keys};
    with_keys.headers = {};
    hosted_fixture host(with_keys);
    mcp_session alices = host.session({.headers = alice});
    mcp_session refused = host.client({.headers = alice});
    const mcp_answer full = refused.initialize();
    EXPECT_EQ(full.http.status, 503);
    EXPECT_THAT(error_text(full.message), HasSubstr("one key"));
    EXPECT_EQ(status_of_opening(host, {.headers = bob}), 200);
    EXPECT_TRUE(is_open(alices));
}

TEST_P(session_caps, of_a_key_take_only_its_own_sessions_place) {
    hosting with_keys = how(eager({"--max-principal-sessions", "1"}));
    with_keys.environment = {both_keys};
    hosted_fixture host(with_keys);
    mcp_session bobs = host.session({.headers = bob});
    mcp_session alices = host.session({.headers = alice});
    open_in_the_end(host, {.headers = alice});
    EXPECT_EQ(alices.call("echo").http.status, 404);
    EXPECT_TRUE(is_open(bobs));
}

TEST_P(session_caps, end_one_session_for_one_though_both_are_reached) {
    hosting with_keys = how(eager({"--max-principal-sessions", "1", "--max-sessions", "2"}));
    with_keys.environment = {both_keys};
    hosted_fixture host(with_keys);
    mcp_session bobs = host.session({.headers = bob});
    mcp_session alices = host.session({.headers = alice});
    open_in_the_end(host, {.headers = alice});
    EXPECT_TRUE(is_open(bobs));
}

TEST_P(session_caps, are_the_same_after_many_sessions) {
    hosted_fixture host(how({"--max-sessions", "2"}));
    for (int i = 0; i < 4; ++i) {
        mcp_session first = open_in_the_end(host);
        mcp_session second = open_in_the_end(host);
        EXPECT_EQ(status_of_opening(host), 503);
        EXPECT_EQ(first.terminate().status, 200);
        EXPECT_EQ(second.terminate().status, 200);
    }
}

TEST_P(session_caps, answer_what_was_in_flight_in_a_session_that_ends) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    const long id = session.last_request_id();
    ASSERT_TRUE(host.receives("slow"));
    http_client streamed = session.begin("tools/call", R"({"name":"progress","arguments":{"count":2,"ms":600000},"_meta":{"progressToken":1}})");
    const long streamed_id = session.last_request_id();
    streamed.read_head();
    ASSERT_TRUE(streamed.read_event());
    EXPECT_EQ(session.terminate().status, 200);
    const mcp_answer answer = read_answer(call, id);
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), HasSubstr("closed"));
    const auto last = streamed.read_event();
    ASSERT_TRUE(last);
    EXPECT_EQ(member(last->data, "id"), std::to_string(streamed_id));
    EXPECT_EQ(error_code(last->data), -32603);
    EXPECT_FALSE(streamed.read_event());
    if (is_shared()) {
        const auto cancelled = [&] {
            const auto methods = host.received_methods();
            return std::ranges::count(methods, "notifications/cancelled") == 2;
        };
        EXPECT_TRUE(eventually(cancelled)) << "a server that lives on must not work on for nobody";
    }
}

TEST(child_caps, never_end_a_session_however_long_it_is_unused) {
    hosted_fixture host({.arguments = eager({"--max-children", "1", "--limit", "place-timeout=0.5"})});
    mcp_session first = host.session();
    EXPECT_TRUE(stays_true([&] { return status_of_opening(host) == 503; }, 300ms));
    EXPECT_EQ(first.call("echo").text(), "ok");
}

TEST(child_caps, take_the_process_of_one_session_for_one) {
    hosted_fixture host({.arguments = {"--max-children", "3", "--stop-grace", "0.5", "--limit", "sleep-listed-after=0.05", "--metrics-listen", "0"},
                         .flags = {"--ignore-eof"}});
    std::vector<mcp_session> sessions;
    for (int i = 0; i < 3; ++i) sessions.push_back(host.session());
    // Its process takes a while to end, and others are not needed meanwhile.
    open_in_the_end(host);
    EXPECT_EQ(host.metric("mcp_bridge_sessions_asleep"), 1);
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 4);
}

TEST(child_caps, never_take_the_process_of_one_in_use) {
    hosted_fixture host({.arguments = eager({"--max-children", "1", "--limit", "sleep-after=0.05", "--limit", "place-timeout=0.2"})});
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_TRUE(stays_true([&] { return status_of_opening(host) == 503; }, 500ms));
}

TEST(idle_sessions, are_open_while_their_calls_last) {
    hosted_fixture host({.arguments = {"--session-idle", "0.5"}});
    mcp_session session = host.session();
    EXPECT_EQ(session.call("slow", R"({"ms":2500})").text(), "slept");
    EXPECT_TRUE(is_open(session));
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); })) << "and closed in the end";
}

}  // namespace
}  // namespace e2e
