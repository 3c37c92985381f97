// Promise: a client of HTTP+SSE whose stream breaks goes on when it comes back, whether it says who it was or not; one
// that does not come back leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

/// Lets so much time pass on the bridge.
void let_pass(sse_session& clock, int ms) {
    clock.call("slow", R"({"ms":)" + std::to_string(ms) + "}");
}

class http_sse_return : public in_both_isolations {
protected:
    static sse_session opened(const hosted_fixture& host, sse_options options = {}) {
        sse_session client(host.port(), std::move(options));
        client.open();
        return client;
    }
};
IN_BOTH_ISOLATIONS(http_sse_return);

TEST_P(http_sse_return, finds_the_same_session_and_its_server) {
    hosted_fixture host(how());
    sse_session client = opened(host);
    const std::string id = client.id();
    const std::size_t starts = host.starts().size();
    for (const bool abruptly : {false, true}) {
        client.drop(abruptly);
        client.come_back();
        EXPECT_EQ(client.id(), id);
        EXPECT_EQ(client.call("echo").text(), "ok");
    }
    EXPECT_EQ(host.starts().size(), starts);
}

TEST_P(http_sse_return, gets_the_answers_that_came_meanwhile) {
    hosted_fixture host(how());
    sse_session clock = opened(host);
    sse_session client = opened(host);
    const long slow = client.begin_call("slow", R"({"ms":50})");
    const long slower = client.begin_call("slow", R"({"ms":600})");
    client.drop();
    const long asked_while_away = client.begin_call("echo");
    let_pass(clock, 200);
    client.come_back();
    const mcp_answer last = client.answer_to(slower);
    EXPECT_EQ(last.text(), "slept");
    ASSERT_THAT(last.earlier, SizeIs(2));
    const auto has = [&last](long id) {
        return std::ranges::any_of(last.earlier, [id](const auto& each) { return integer(member(each, "id"), -1) == id; });
    };
    EXPECT_TRUE(has(slow));
    EXPECT_TRUE(has(asked_while_away));
}

TEST_P(http_sse_return, replaces_a_stream_that_only_seems_to_be_alive) {
    hosted_fixture host(how());
    sse_session before = opened(host);
    sse_session after(host.port(), {.headers = {{"Last-Event-ID", before.last_event_id()}}});
    EXPECT_EQ(after.id(), before.id());
    EXPECT_FALSE(before.next());
    EXPECT_EQ(after.call("echo").text(), "ok");
}

TEST_P(http_sse_return, without_a_word_goes_on_in_a_new_session) {
    hosted_fixture host(how());
    sse_session client = opened(host);
    const std::string id = client.id();
    client.drop();
    client.come_back_as_new();
    EXPECT_NE(client.id(), id);
    EXPECT_EQ(client.notify("notifications/cancelled", R"({"requestId":1})").status, 202);
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 2U);
}

TEST_P(http_sse_return, is_not_waited_for_for_ever) {
    hosted_fixture host(how({"--limit", "sse-grace=0.1", "--stop-grace", "0.5"}));
    sse_session client = opened(host);
    const long call = client.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    const pid_t child = host.last_child();
    client.drop();
    EXPECT_TRUE(eventually([&] { return client.notify("notifications/x").status == 404; }));
    EXPECT_EQ(host.bridge().stop(), clean_exit) << "a call of a client that is gone is not waited for: " << call;
    EXPECT_FALSE(is_running(child));
}

TEST_P(http_sse_return, to_a_session_that_has_ended_is_one_to_a_new_one) {
    hosted_fixture host(how({"--limit", "sse-grace=0.1"}));
    sse_session client = opened(host);
    const std::string id = client.id();
    client.drop();
    ASSERT_TRUE(eventually([&] { return client.notify("notifications/x").status == 404; }));
    client.come_back();
    EXPECT_NE(client.id(), id);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST_P(http_sse_return, is_not_expected_to_a_session_that_was_never_used) {
    hosted_fixture host(how());
    sse_session client(host.port());
    EXPECT_EQ(client.notify("notifications/x").status, 202);
    client.drop();
    EXPECT_TRUE(eventually([&] { return client.notify("notifications/x").status == 404; }));
}

TEST_P(http_sse_return, gives_way_to_clients_that_are_there) {
    hosted_fixture host(how({"--max-sessions", "1"}));
    sse_session first = opened(host);
    const http_response full = host.connect().get("/sse", {{"Accept", "text/event-stream"}});
    EXPECT_EQ(full.status, 503);
    EXPECT_NE(full.header("retry-after"), "");
    EXPECT_THAT(error_text(full.body), HasSubstr("1 sessions"));
    EXPECT_EQ(host.client().initialize().http.status, 503);
    first.drop();
    std::optional<sse_session> second;
    EXPECT_TRUE(eventually([&] {
        try {
            second.emplace(host.port());
            return true;
        } catch (const http_failure&) {
            return false;
        }
    }));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->open().call("echo").text(), "ok");
    EXPECT_EQ(first.notify("notifications/x").status, 404);
}

TEST_P(http_sse_return, is_asked_for_only_of_clients_that_did_so_before) {
    hosted_fixture host(how({"--stream-max-age", "0.3"}));
    sse_session client = opened(host);
    const std::string id = client.id();
    EXPECT_THROW(client.next(700ms), http_failure) << "this one could not know how to come back";
    client.drop();
    client.come_back();
    EXPECT_FALSE(client.next());
    client.come_back();
    EXPECT_EQ(client.id(), id);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST(http_sse_return_in_session_isolation, without_a_word_repeats_the_programs_own_handshake) {
    hosted_fixture host;
    const sse_options options{
        .version = "2025-06-18", .capabilities = R"({"roots":{},"x_vendor":{"n":1.0}})", .headers = {{"User-Agent", "old-program/1"}}};
    sse_session client(host.port(), options);
    client.open();
    sse_session other(host.port(), {.capabilities = R"({"x_other":{}})"});
    other.open();
    client.drop();
    client.come_back_as_new();
    const mcp_answer answer = client.call("received", R"({"as_text":true})");
    const auto lines = elements(at(answer.message, "result/structuredContent/received"));
    ASSERT_THAT(lines, SizeIs(2));
    const std::string handshake = unquoted(lines[0]);
    EXPECT_EQ(at(handshake, "params/capabilities"), options.capabilities);
    EXPECT_EQ(at(handshake, "params/protocolVersion"), R"("2025-06-18")");
    EXPECT_THAT(unquoted(lines[1]), HasSubstr("notifications/initialized"));
    // What it declared then holds again: it is asked.
    const long call = client.begin_call("ask", R"({"method":"roots/list"})");
    const auto asked = client.next();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(*asked, "method"), R"("roots/list")");
    client.post(R"({"jsonrpc":"2.0","id":)" + std::string(member(*asked, "id")) + R"(,"result":{"roots":[]}})");
    EXPECT_EQ(client.answer_to(call).text(), "asked");
}

TEST(http_sse_return_in_session_isolation, offers_no_unknown_revision_again) {
    hosted_fixture host;
    sse_session client(host.port(), {.version = "2026-07-28", .headers = {{"User-Agent", "newer"}}});
    client.open();
    client.drop();
    client.come_back_as_new();
    const mcp_answer answer = client.call("received");
    EXPECT_EQ(at(answer.message, "result/structuredContent/received/0/params/protocolVersion"), R"("2025-11-25")");
}

TEST(http_sse_return_in_session_isolation, of_a_stranger_gets_the_least_handshake) {
    hosted_fixture host;
    sse_session client(host.port(), {.capabilities = R"({"roots":{}})", .headers = {{"User-Agent", "a"}}});
    client.open();
    sse_session stranger(host.port(), {.headers = {{"User-Agent", "b"}}});
    const mcp_answer answer = stranger.call("received");
    const std::string handshake(at(answer.message, "result/structuredContent/received/0"));
    EXPECT_EQ(at(handshake, "params/protocolVersion"), R"("2024-11-05")");
    EXPECT_EQ(at(handshake, "params/capabilities"), "{}");
    EXPECT_EQ(at(handshake, "params/clientInfo/name"), R"("mcp-bridge")");
    EXPECT_EQ(at(stranger.call("ask", R"({"method":"roots/list"})").message, "result/structuredContent/answer/error/code"), "-32601");
}

TEST(http_sse_return_in_session_isolation, that_never_comes_ends_the_server) {
    hosted_fixture host({.arguments = {"--limit", "sse-grace=0.1"}});
    sse_session client(host.port());
    client.open();
    const pid_t child = host.last_child();
    ASSERT_TRUE(is_running(child));
    client.drop(true);
    EXPECT_TRUE(eventually([&] { return !is_running(child) && children_of(host.bridge().pid()).empty(); }));
}

TEST(http_sse_return_in_session_isolation, finds_what_the_server_asked_meanwhile) {
    hosted_fixture host({.flags = {"--ask-when-initialized", "roots/list"}});
    sse_session client(host.port(), {.capabilities = R"({"roots":{}})"});
    client.initialize();
    client.drop();
    client.notify("notifications/initialized");
    ASSERT_TRUE(host.receives("notifications/initialized"));
    client.come_back();
    const auto asked = client.next();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(*asked, "method"), R"("roots/list")");
    client.post(R"({"jsonrpc":"2.0","id":)" + std::string(member(*asked, "id")) + R"(,"result":{"roots":[]}})");
    EXPECT_TRUE(host.receives(R"("roots":[])"));
}

}  // namespace
}  // namespace e2e
