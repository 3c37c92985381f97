// Promise: a client that listens with GET gets what belongs to none of its requests, all of it, on one stream and on that
// one only; listening costs nobody else anything and ends when it should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string notice(const std::string& method, const std::string& more = "") {
    return R"({"method":)" + json_string(method) + more + "}";
}

std::string method_of(const std::optional<sse_event>& event) {
    return event ? unquoted(member(event->data, "method")) : "no event";
}

/// Sends a notice through the server and expects that it is the next thing on `stream`.
void expect_next(mcp_session& session, http_client& stream, const std::string& method) {
    EXPECT_EQ(session.call("notify", notice(method)).text(), "notified");
    EXPECT_EQ(method_of(stream.read_event()), method);
}

class listening : public in_both_isolations {};
IN_BOTH_ISOLATIONS(listening);

TEST_P(listening, begins_at_once_with_an_id_to_come_back_with) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.begin_listening();
    const response_head head = stream.read_head();
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.is_event_stream());
    const auto first = stream.read_any_event();
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->is_bookmark());
    EXPECT_NE(first->id, "");
    EXPECT_EQ(first->retry, "500");
}

TEST_P(listening, shows_no_ids_to_clients_of_older_revisions) {
    hosted_fixture host(how());
    for (const char* version : {"2025-03-26", "2025-06-18"}) {
        mcp_session session = host.session({.version = version});
        http_client stream = session.listen();
        const auto first = stream.read_any_event();
        ASSERT_TRUE(first);
        EXPECT_TRUE(first->is_comment()) << version;
        session.call("notify", notice("notifications/tools/list_changed"));
        const auto event = stream.read_any_event();
        ASSERT_TRUE(event);
        EXPECT_EQ(method_of(event), "notifications/tools/list_changed");
        EXPECT_EQ(event->id, "") << version;
    }
}

TEST_P(listening, brings_what_came_before_it_began) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("notify", notice("notifications/tools/list_changed"));
    session.call("notify", notice("notifications/prompts/list_changed"));
    http_client stream = session.listen();
    EXPECT_EQ(method_of(stream.read_event()), "notifications/tools/list_changed");
    EXPECT_EQ(method_of(stream.read_event()), "notifications/prompts/list_changed");
    expect_next(session, stream, "notifications/resources/list_changed");
}

TEST_P(listening, brings_equal_notices_once_while_nobody_reads) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("notify", notice("notifications/tools/list_changed", R"(,"count":50)"));
    session.call("notify", notice("notifications/prompts/list_changed", R"(,"count":50)"));
    session.call("notify", notice("notifications/tools/list_changed", R"(,"count":50)"));
    http_client stream = session.listen();
    EXPECT_EQ(method_of(stream.read_event()), "notifications/tools/list_changed");
    EXPECT_EQ(method_of(stream.read_event()), "notifications/prompts/list_changed");
    expect_next(session, stream, "notifications/resources/list_changed");
    expect_next(session, stream, "notifications/tools/list_changed");
}

TEST_P(listening, goes_to_the_newest_of_two) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client older = session.listen();
    expect_next(session, older, "notifications/tools/list_changed");
    http_client newer = session.listen();
    EXPECT_FALSE(older.read_event()) << "the older one ends by the book";
    expect_next(session, newer, "notifications/prompts/list_changed");
    // The older connection is of use for other things.
    http_headers headers = session.headers();
    EXPECT_EQ(older.post("/mcp", headers, call_text("9", "echo")).status, 200);
    expect_next(session, newer, "notifications/tools/list_changed");
}

TEST_P(listening, is_kept_alive_in_every_silence) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = host.session();
    http_client stream = session.listen();
    ASSERT_TRUE(stream.read_any_event());
    for (int i = 0; i < 3; ++i) {
        const auto event = stream.read_any_event();
        ASSERT_TRUE(event);
        EXPECT_TRUE(event->is_comment());
    }
    expect_next(session, stream, "notifications/tools/list_changed");
}

TEST_P(listening, ends_with_the_session) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.listen();
    EXPECT_EQ(session.terminate().status, 200);
    EXPECT_FALSE(stream.read_event());
    EXPECT_EQ(session.get().status, 404);
}

TEST_P(listening, keeps_the_session_open) {
    hosted_fixture host(how({"--session-idle", "1", "--log-level", "debug"}));
    const auto expired = [&host] {
        const std::string log = host.bridge().log();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = log.find("idle for too long", at)) != log.npos; ++at) ++count;
        return count;
    };
    mcp_session session = host.session();
    http_client stream = session.listen();
    mcp_session idle = host.session();
    ASSERT_TRUE(eventually([&] { return expired() == 1; }));
    EXPECT_EQ(idle.get().status, 404);
    expect_next(session, stream, "notifications/tools/list_changed");
    stream.close();
    EXPECT_TRUE(eventually([&] { return expired() == 2; }));
    EXPECT_EQ(session.get().status, 404);
}

TEST_P(listening, does_not_hold_up_a_stop) {
    hosted_fixture host(how());
    std::vector<mcp_session> sessions;
    std::vector<http_client> streams;
    for (int i = 0; i < 3; ++i) {
        sessions.push_back(host.session());
        streams.push_back(sessions.back().listen());
    }
    // Far less than what requests in flight are waited for.
    EXPECT_EQ(host.bridge().stop(8s), clean_exit);
    for (http_client& each : streams) EXPECT_FALSE(each.read_event()) << "the reply is complete";
}

TEST_P(listening, is_refused_in_words_that_clients_know) {
    hosted_fixture host(how());
    mcp_session without = host.client();
    const http_response none = without.get();
    EXPECT_EQ(none.status, 400) << "as the specification has it for requests that lack their session";
    EXPECT_THAT(none.body, HasSubstr("Mcp-Session-Id"));

    mcp_session unknown = host.client();
    unknown.set_id("0123456789abcdef0123456789abcdef");
    EXPECT_EQ(unknown.get().status, 404);

    const mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    EXPECT_EQ(host.connect().get("/mcp", headers).status, 406);
}

TEST_P(listening, leaves_to_calls_what_is_theirs) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.listen();
    const mcp_answer answer = session.request("tools/call", R"({"name":"progress","arguments":{"count":3},"_meta":{"progressToken":"t"}})");
    EXPECT_EQ(answer.earlier.size(), 3U);
    EXPECT_EQ(session.call("log", R"({"count":2})").earlier.size(), 2U);
    expect_next(session, stream, "notifications/tools/list_changed");
}

TEST(listening_with_keys, is_for_who_opened_the_session) {
    hosted_fixture host({.environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789,bob=bob-key-0123456789"}, .headers = {}});
    const mcp_session alices = host.session({.headers = {{"x-functions-key", "alice-key-0123456789"}}});
    mcp_session bobs = host.client({.headers = {{"x-functions-key", "bob-key-0123456789"}}});
    bobs.set_id(alices.id());
    EXPECT_EQ(bobs.get().status, 404);
    EXPECT_EQ(bobs.get("0-0").status, 404);
}

TEST(listening_in_session_isolation, brings_whatever_the_server_tells_of_its_own_accord) {
    hosted_fixture host;
    mcp_session session = host.session();
    mcp_session other = host.session();
    http_client stream = session.listen();
    http_client others = other.listen();
    const std::string params = R"({"uri":"file:///a","n":9007199254740993,"x":1.0})";
    session.call("notify", notice("notifications/resources/updated", R"(,"params":)" + params));
    const auto updated = stream.read_event();
    ASSERT_TRUE(updated);
    EXPECT_EQ(updated->event, "message");
    EXPECT_EQ(updated->data, R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)" + params + "}");
    expect_next(session, stream, "notifications/tools/list_changed");
    expect_next(session, stream, "x_vendor/news");
    expect_next(other, others, "x_vendor/news");
}

TEST(listening_in_session_isolation, brings_logs_while_no_call_or_several_are_in_flight) {
    hosted_fixture host;
    mcp_session session = host.session();
    http_client stream = session.listen();
    const std::string log = notice("notifications/message", R"(,"params":{"level":"info","data":"late"},"after_answer":true)");
    EXPECT_TRUE(session.call("notify", log).earlier.empty());
    EXPECT_THAT(stream.read_event()->data, HasSubstr("late"));
    http_client slow = session.begin_call("slow", R"({"ms":600000,"who":"slow"})");
    ASSERT_TRUE(host.receives(R"("who":"slow")"));
    EXPECT_TRUE(session.call("log", R"({"text":"whose"})").earlier.empty());
    EXPECT_THAT(stream.read_event()->data, HasSubstr("whose"));
}

TEST(listening_in_shared_isolation, brings_everyone_that_a_list_has_changed_and_nothing_else) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session first = host.session();
    mcp_session second = host.session();
    http_client firsts = first.listen();
    http_client seconds = second.listen();
    const std::string secret = R"(,"params":{"for":"one client"})";
    for (const char* method : {"notifications/resources/updated", "x_vendor/news", "notifications/message", "notifications/cancelled",
                               "notifications/tools/list_changed"}) {
        first.call("notify", notice(method, secret + R"(,"after_answer":true)"));
    }
    for (http_client* stream : {&firsts, &seconds}) {
        const auto event = stream->read_event();
        ASSERT_TRUE(event);
        EXPECT_EQ(event->data, R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
    }
    expect_next(second, firsts, "notifications/prompts/list_changed");
    EXPECT_EQ(method_of(seconds.read_event()), "notifications/prompts/list_changed");
}

}  // namespace
}  // namespace e2e
