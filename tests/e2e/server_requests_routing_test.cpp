// Promise: a question of the server's finds its client wherever that still listens, once; it is never lost on a dead
// connection, and one that the server has withdrawn bothers nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* able = R"({"roots":{},"sampling":{},"elicitation":{}})";

std::string asking(const std::string& more) {
    return R"({"method":"roots/list")" + more + "}";
}

std::string answer_to(const std::optional<sse_event>& asked) {
    const std::string id(asked ? member(asked->data, "id") : "null");
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"roots":[]}})";
}

bool is_question(const std::optional<sse_event>& event) {
    return event && member(event->data, "method") == R"("roots/list")";
}

/// A call that never ends and whose client is there, or away, as the test likes. `caller` must be its own.
http_client begin_endless(const hosted_fixture& host, mcp_session& session, const std::string& caller) {
    http_client call = session.begin_call("slow", R"({"ms":600000,"who":")" + caller + R"("})");
    EXPECT_TRUE(host.receives(json_string(caller)));
    return call;
}

/// A call by a client that takes no stream, so that nothing else goes with it.
http_client begin_plain(const hosted_fixture& host, const mcp_session& session, const std::string& tool, const std::string& arguments) {
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    http_client connection = host.connect();
    connection.send_request("POST", "/mcp", headers, call_text("777", tool, arguments));
    return connection;
}

/// Waits until the server has done what it does in the next `ms` milliseconds.
void let_work(const hosted_fixture& host, const mcp_session& session, long ms) {
    http_client call = begin_plain(host, session, "slow", R"({"ms":)" + std::to_string(ms) + "}");
    EXPECT_EQ(read_answer(call, 777).text(), "slept");
}

TEST(a_question, goes_to_the_get_stream_when_no_call_is_in_flight) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client stream = session.listen();
    session.call("ask", asking(R"(,"after_answer":true,"ms":50)"));
    const auto asked = stream.read_event();
    ASSERT_TRUE(is_question(asked));
    session.send(answer_to(asked));
    EXPECT_TRUE(host.receives(R"("roots":[])"));
}

TEST(a_question, prefers_a_call_to_the_get_stream) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client stream = session.listen();
    http_client call = session.begin_call("ask", asking(""));
    call.read_head();
    const auto asked = call.read_event();
    ASSERT_TRUE(is_question(asked));
    session.send(answer_to(asked));
    EXPECT_THAT(call.read_event()->data, HasSubstr("asked"));
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed")) << "nothing came before it";
}

class a_question_of_a_left_call : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(closed, a_question_of_a_left_call, testing::Bool(),
                         [](const auto& instance) { return instance.param ? "abruptly" : "by_the_book"; });

TEST_P(a_question_of_a_left_call, goes_to_the_get_stream) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client stream = session.listen();
    http_client call = session.begin_call("ask", asking(R"(,"ms":1000)"));
    ASSERT_TRUE(host.receives("roots/list"));
    call.close(GetParam());
    const auto asked = stream.read_event();
    ASSERT_TRUE(is_question(asked));
    session.send(answer_to(asked));
    EXPECT_TRUE(host.receives(R"("roots":[])"));
}

TEST_P(a_question_of_a_left_call, goes_to_another_call) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client left = session.begin_call("ask", asking(R"(,"ms":1000)"));
    ASSERT_TRUE(host.receives("roots/list"));
    http_client other = begin_endless(host, session, "other");
    left.close(GetParam());
    other.read_head();
    EXPECT_TRUE(is_question(other.read_event()));
}

TEST_P(a_question_of_a_left_call, waits_for_the_client_to_come_back) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client left = session.begin_call("ask", asking(R"(,"ms":1000,"who":"left")"));
    ASSERT_TRUE(host.receives("roots/list"));
    left.close(GetParam());
    let_work(host, session, 1300);
    EXPECT_EQ(session.call("echo").earlier.size(), 1U);
    http_client stream = session.listen();
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed")) << "the question was not sent again";
}

TEST_P(a_question_of_a_left_call, is_there_when_the_call_is_resumed) {
    hosted_fixture host({.arguments = {"--silence", "0.05"}});
    mcp_session session = host.session({.capabilities = able});
    http_client call = session.begin_call("ask", asking(R"(,"ms":700)"));
    call.read_head();
    const auto bookmark = call.read_any_event();
    ASSERT_TRUE(bookmark && bookmark->is_bookmark());
    call.close(GetParam());
    let_work(host, session, 1000);
    http_client resumed = session.listen(bookmark->id);
    const auto asked = resumed.read_event();
    ASSERT_TRUE(is_question(asked));
    session.send(answer_to(asked));
    EXPECT_THAT(resumed.read_event()->data, HasSubstr("asked"));
}

TEST(a_question, that_waits_on_a_stream_that_nobody_resumes_is_refused_in_the_end) {
    hosted_fixture host({.arguments = {"--silence", "0.05", "--limit", "hold-timeout=0.2"}});
    mcp_session session = host.session({.capabilities = able});
    http_client call = session.begin_call("ask", asking(R"(,"ms":600)"));
    call.read_head();
    ASSERT_TRUE(call.read_any_event());
    call.close(true);
    EXPECT_TRUE(host.receives("-32603"));
}

TEST(a_question, that_was_held_survives_a_call_that_is_refused) {
    hosted_fixture host({.arguments = {"--max-child-requests", "1"}});
    mcp_session session = host.session({.capabilities = able});
    session.call("ask", asking(R"(,"after_answer":true)"));
    http_client busy = begin_plain(host, session, "slow", R"({"ms":600000,"who":"busy"})");
    ASSERT_TRUE(host.receives(R"("who":"busy")"));
    EXPECT_EQ(session.call("echo").http.status, 503);
    http_client stream = session.listen();
    EXPECT_TRUE(is_question(stream.read_event()));
}

TEST(a_question, that_is_withdrawn_is_so_in_the_clients_terms) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    // Two, so that the ids of both sides differ.
    for (const char* id : {"1", "2"}) {
        http_client call = session.begin_call("ask", asking(R"(,"give_up_ms":100)"));
        call.read_head();
        const auto asked = call.read_event();
        ASSERT_TRUE(is_question(asked));
        EXPECT_EQ(member(asked->data, "id"), id);
        const auto withdrawn = call.read_event();
        ASSERT_TRUE(withdrawn);
        EXPECT_EQ(withdrawn->data,
                  std::string(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)") + id + R"(,"reason":"gave up"}})");
        EXPECT_THAT(call.read_event()->data, HasSubstr("gave up"));
        EXPECT_EQ(session.send(answer_to(asked)).status, 202) << "too late, but no mistake";
    }
    session.call("echo");
    EXPECT_EQ(host.line_with(R"("roots":[])"), "");
}

TEST(a_question, that_is_withdrawn_before_it_was_sent_is_never_seen) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    session.call("ask", asking(R"(,"after_answer":true,"give_up_ms":1)"));
    let_work(host, session, 100);
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    http_client stream = session.listen();
    while (const auto event = stream.read_any_event()) {
        EXPECT_THAT(event->comment, testing::Not(HasSubstr("lost")));
        EXPECT_FALSE(is_question(event));
        if (event->is_comment() || event->is_bookmark()) continue;
        EXPECT_THAT(event->data, HasSubstr("list_changed"));
        break;
    }
}

TEST(a_question, that_was_carried_by_a_call_leaves_no_gap) {
    hosted_fixture host({.flags = {"--ask-when-initialized", "roots/list"}});
    mcp_session session = host.session({.capabilities = able});
    EXPECT_TRUE(eventually([&] { return session.call("echo").earlier.size() == 1; }));
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    http_client stream = session.listen();
    ASSERT_TRUE(stream.read_any_event());
    const auto next = stream.read_any_event();
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->is_comment()) << next->comment;
    EXPECT_THAT(next->data, HasSubstr("list_changed"));
}

TEST(a_question, has_an_id_that_no_earlier_server_process_used) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client stream = session.listen();
    session.call("ask", asking(R"(,"after_answer":true)"));
    const auto first = stream.read_event();
    ASSERT_TRUE(is_question(first));
    session.call("crash");
    const auto withdrawn = stream.read_event();
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(at(withdrawn->data, "params/requestId"), member(first->data, "id"));
    session.call("ask", asking(R"(,"after_answer":true)"));
    const auto second = stream.read_event();
    ASSERT_TRUE(is_question(second));
    EXPECT_NE(member(first->data, "id"), member(second->data, "id"));
    // Both processes called it 0. The answer to the dead one's must not be taken for the other's.
    session.send(R"({"jsonrpc":"2.0","id":)" + std::string(member(first->data, "id")) + R"(,"result":{"to":"the dead"}})");
    session.send(answer_to(second));
    EXPECT_TRUE(host.receives(R"("roots":[])"));
    EXPECT_EQ(host.line_with("the dead"), "");
}

TEST(a_question, of_a_process_that_has_ended_is_not_asked_any_more) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    session.call("ask", asking(R"(,"after_answer":true)"));
    http_client crash = begin_plain(host, session, "crash", "{}");
    EXPECT_EQ(error_code(read_answer(crash, 777).message), -32603);
    let_work(host, session, 100);
    http_client stream = session.listen();
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed"));
}

TEST(questions, are_bounded_in_number) {
    hosted_fixture host({.arguments = {"--limit", "max-server-requests=2"}});
    mcp_session session = host.session({.capabilities = able});
    http_client stream = session.listen();
    // Each is awaited before the next call begins: what comes during a call is taken for its own.
    session.call("ask", asking(R"(,"after_answer":true)"));
    const auto first = stream.read_event();
    EXPECT_TRUE(is_question(first));
    session.call("ask", asking(R"(,"after_answer":true)"));
    EXPECT_TRUE(is_question(stream.read_event()));
    const mcp_answer refused = session.call("ask", asking(""));
    EXPECT_EQ(refused.at("result/structuredContent/answer/error/code"), "-32603");
    EXPECT_TRUE(refused.earlier.empty());
    session.send(answer_to(first));
    ASSERT_TRUE(host.receives(R"("roots":[])"));
    session.call("ask", asking(R"(,"after_answer":true)"));
    EXPECT_TRUE(is_question(stream.read_event()));
}

TEST(a_log_line, goes_with_the_only_call_though_a_get_stream_is_open) {
    hosted_fixture host;
    mcp_session session = host.session();
    http_client stream = session.listen();
    EXPECT_EQ(session.call("log", R"({"count":3})").earlier.size(), 3U);
}

TEST(a_log_line, goes_with_the_oldest_of_several_calls_without_a_get_stream) {
    hosted_fixture host;
    mcp_session session = host.session();
    http_client oldest = begin_endless(host, session, "oldest");
    EXPECT_TRUE(session.call("log", R"({"count":2})").earlier.empty());
    oldest.read_head();
    EXPECT_THAT(oldest.read_event()->data, HasSubstr("notifications/message"));
    EXPECT_THAT(oldest.read_event()->data, HasSubstr("notifications/message"));
}

TEST(a_log_line, of_no_call_is_not_kept_for_who_never_listened) {
    hosted_fixture host;
    mcp_session session = host.session();
    session.call("notify", R"({"method":"notifications/message","params":{"level":"info","data":"late"},"after_answer":true})");
    session.call("echo");
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    http_client stream = session.listen();
    EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed"));
}

}  // namespace
}  // namespace e2e
