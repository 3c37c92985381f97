// Promise: a cancellation reaches the server under the id that it knows the call by, ends the client's reply,
// and touches no other call; a client that merely goes away cancels nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/tested_bridge.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class cancellation : public in_both_isolations {
protected:
    static std::string endless(const std::string& caller) { return R"({"ms":600000,"who":")" + caller + R"("})"; }
    static std::string cancel_of(const std::string& id) { return R"({"requestId":)" + id + R"(,"reason":"user"})"; }
    /// The raw id under which the server received the call that says `caller`.
    static std::string id_at_server(const hosted_fixture& host, const std::string& caller) {
        EXPECT_TRUE(host.receives(json_string(caller)));
        return std::string(member(host.line_with(json_string(caller)), "id"));
    }
};
IN_ALL_ISOLATIONS(cancellation);

TEST_P(cancellation, is_told_to_the_server_under_its_own_id) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text(R"("mine")", "slow", endless("it")));
    const std::string id = id_at_server(host, "it");
    EXPECT_EQ(session.notify("notifications/cancelled", cancel_of(R"("mine")")).status, 202);
    ASSERT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(host.line_with("notifications/cancelled"),
              R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + R"(,"reason":"user"}})");
}

TEST_P(cancellation, ends_the_reply_without_an_answer) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", endless("it")));
    id_at_server(host, "it");
    session.notify("notifications/cancelled", cancel_of("1"));
    const mcp_answer answer = read_answer(call, 1);
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_TRUE(answer.http.is_event_stream());
    EXPECT_EQ(answer.message, "");
    EXPECT_TRUE(answer.earlier.empty());
}

TEST_P(cancellation, ends_a_stream_that_has_begun) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", R"({"name":"progress","arguments":{"count":2,"ms":600000},)"
                                                   R"("_meta":{"progressToken":1}})");
    EXPECT_TRUE(call.read_head().is_event_stream());
    EXPECT_TRUE(call.read_event());
    session.notify("notifications/cancelled", cancel_of(std::to_string(session.last_request_id())));
    EXPECT_FALSE(call.read_event());
}

TEST_P(cancellation, is_an_error_to_who_takes_only_json) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    http_client call = host.connect();
    call.send_request("POST", "/mcp", headers, call_text("1", "slow", endless("it")));
    id_at_server(host, "it");
    session.notify("notifications/cancelled", cancel_of("1"));
    const mcp_answer answer = read_answer(call, 1);
    EXPECT_EQ(error_code(answer.message), -32800);
    EXPECT_EQ(answer.at("id"), "1");
}

TEST_P(cancellation, leaves_the_session_and_other_calls_alone) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client kept = session.begin_post(call_text("1", "slow", R"({"ms":300,"who":"kept"})"));
    http_client text = session.begin_post(call_text(R"("2")", "slow", R"({"ms":300,"who":"text"})"));
    http_client call = session.begin_post(call_text("2", "slow", endless("it")));
    id_at_server(host, "it");
    session.notify("notifications/cancelled", cancel_of("2"));
    EXPECT_EQ(read_answer(call, 2).message, "");
    EXPECT_EQ(read_answer(kept, 1).text(), "slept");
    EXPECT_EQ(read_answer(text, R"("2")").text(), "slept");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(cancellation, leaves_the_same_id_of_another_session_alone) {
    hosted_fixture host(how());
    mcp_session first = host.session();
    mcp_session second = host.session();
    http_client kept = first.begin_post(call_text("1", "slow", R"({"ms":300,"who":"kept"})"));
    http_client call = second.begin_post(call_text("1", "slow", endless("it")));
    id_at_server(host, "kept");
    id_at_server(host, "it");
    second.notify("notifications/cancelled", cancel_of("1"));
    EXPECT_EQ(read_answer(call, 1).message, "");
    EXPECT_EQ(read_answer(kept, 1).text(), "slept");
}

TEST_P(cancellation, of_what_is_not_in_flight_is_ignored) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("echo");
    for (const char* id : {"1", "2", "99", R"("x")", "null", R"({"a":1})"}) {
        EXPECT_EQ(session.notify("notifications/cancelled", cancel_of(id)).status, 202) << id;
    }
    EXPECT_EQ(session.notify("notifications/cancelled").status, 202);
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.line_with("notifications/cancelled"), "");
}

TEST_P(cancellation, is_final_though_the_server_answers_all_the_same) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":200,"stubborn":true,"who":"it"})"));
    id_at_server(host, "it");
    session.notify("notifications/cancelled", cancel_of("1"));
    EXPECT_EQ(read_answer(call, 1).message, "");
    // The late answer is on its way when this one is made, and must not be taken for its.
    http_client next = session.begin_post(call_text("1", "slow", R"({"ms":400,"echo":true,"who":"next"})"));
    EXPECT_THAT(read_answer(next, 1).text(), HasSubstr("next"));
}

TEST_P(cancellation, is_not_what_a_lost_connection_means) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":100,"who":"left"})"));
    id_at_server(host, "left");
    call.close(true);
    // A later call of the same length is answered after the one that was left.
    EXPECT_EQ(session.call("slow", R"({"ms":100})").text(), "slept");
    EXPECT_EQ(host.line_with("notifications/cancelled"), "");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(cancellation, nor_does_a_lost_connection_leave_anything_behind) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = host.session();
    session.call("echo");
    const std::size_t before = descriptors_of(host.bridge().pid());
    // In request isolation each starts a process, which takes a bridge with sanitizers a tenth of a second.
    const int calls = is_sanitized() ? 60 : 200;
    for (int i = 0; i < calls; ++i) {
        http_client call = session.begin_call(i % 2 == 0 ? "slow" : "log", R"({"ms":100})");
        call.close(i % 4 < 2);
    }
    // Fewer if the connection of the first call was still open then.
    EXPECT_TRUE(eventually([&] { return descriptors_of(host.bridge().pid()) <= before; }));
    EXPECT_EQ(session.call("echo").text(), "ok");
    // Nothing is in flight any more, so the bridge has nothing to wait for.
    EXPECT_EQ(host.bridge().stop(), clean_exit);
}

}  // namespace
}  // namespace e2e
