// Promise: a client that drops the connection of one call, as the C# SDK does to cancel it, gets what the server has for it on the streams
// that it still reads: every question of the server, once for each stream that broke, and never on a connection that is closed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* able = R"({"roots":{},"sampling":{},"elicitation":{}})";
constexpr const char* list_changed = R"({"method":"notifications/tools/list_changed"})";

std::string answer_to(const std::optional<sse_event>& asked) {
    const std::string id(asked ? member(asked->data, "id") : "null");
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"roots":[]}})";
}

bool is_question(const std::optional<sse_event>& event) {
    return event && member(event->data, "method") == R"("roots/list")";
}

long count_of_answers(const hosted_fixture& host) {
    return std::ranges::count_if(host.received(), [](const std::string& line) { return line.find(R"("roots":[])") != line.npos; });
}

/// A call that never ends. Its reply is a stream already if `is_stream`.
http_client begin_left(const hosted_fixture& host, mcp_session& session, const std::string& caller, bool is_stream) {
    const std::string tool = is_stream ? "progress" : "slow";
    const std::string arguments = is_stream ? R"({"count":2,"ms":600000,"who":")" : R"({"ms":600000,"who":")";
    http_client call =
        session.begin("tools/call", R"({"name":")" + tool + R"(","arguments":)" + arguments + caller + R"("},"_meta":{"progressToken":"left"}})");
    EXPECT_TRUE(host.receives(json_string(caller)));
    if (is_stream) {
        call.read_head();
        EXPECT_TRUE(call.read_event());
    }
    return call;
}

using left_call = std::tuple<const char*, bool, bool>;  // the revision, a GET stream is open, the reply was a stream

class a_question_after_a_left_call : public testing::TestWithParam<left_call> {};
INSTANTIATE_TEST_SUITE_P(each, a_question_after_a_left_call,
                         testing::Combine(testing::Values("2025-06-18", "2025-11-25"), testing::Bool(), testing::Bool()), [](const auto& instance) {
                             std::string name = std::get<0>(instance.param);
                             std::ranges::replace(name, '-', '_');
                             name += std::get<1>(instance.param) ? "_with_get" : "_without_get";
                             return name + (std::get<2>(instance.param) ? "_of_a_stream" : "_of_a_plain_reply");
                         });

TEST_P(a_question_after_a_left_call, arrives_once_whenever_the_next_call_comes) {
    const auto [version, listens, is_stream] = GetParam();
    hosted_fixture host;
    int number = 0;
    for (const milliseconds delay : {0ms, 1ms, 3ms, 10ms, 40ms, 100ms}) {
        const std::string caller = "left" + std::to_string(++number);
        mcp_session session = host.session({.version = version, .capabilities = able});
        std::optional<http_client> stream;
        if (listens) stream = session.listen();
        http_client left = begin_left(host, session, caller, is_stream);
        left.close(number % 2 == 0);
        EXPECT_TRUE(stays_true([] { return true; }, delay));
        http_client call = session.begin_call("ask", R"({"method":"roots/list"})");
        EXPECT_TRUE(call.read_head().is_event_stream()) << delay.count();
        const auto asked = call.read_event();
        ASSERT_TRUE(is_question(asked)) << delay.count();
        EXPECT_EQ(session.send(answer_to(asked)).status, 202);
        EXPECT_THAT(call.read_event()->data, HasSubstr("asked")) << "the question came once";
        if (!stream) continue;
        session.call("notify", list_changed);
        EXPECT_THAT(stream->read_event()->data, HasSubstr("list_changed")) << "the question did not come here too";
    }
}

class a_sent_question_of_a_left_call : public testing::TestWithParam<const char*> {
protected:
    mcp_session open() { return host_.session({.version = GetParam(), .capabilities = able}); }

    /// Asks the client on a call that it then leaves. Returns the question, which the client has not answered.
    std::optional<sse_event> ask(mcp_session& session) {
        http_client left = session.begin_call("ask", R"({"method":"roots/list"})");
        left.read_head();
        std::optional<sse_event> asked = left.read_event();
        EXPECT_TRUE(is_question(asked));
        left.close();
        return asked;
    }

    hosted_fixture host_;
};
INSTANTIATE_TEST_SUITE_P(each, a_sent_question_of_a_left_call, testing::Values("2025-06-18", "2025-11-25"), [](const auto& instance) {
    std::string name = instance.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(a_sent_question_of_a_left_call, goes_again_on_the_next_call_and_is_answered_once) {
    mcp_session session = open();
    const auto asked = ask(session);
    http_client call = begin_left(host_, session, "next", false);
    call.read_head();
    const auto again = call.read_event();
    ASSERT_TRUE(is_question(again));
    EXPECT_EQ(again->data, asked->data) << "with the same id";
    EXPECT_EQ(session.send(answer_to(again)).status, 202);
    EXPECT_EQ(session.send(answer_to(asked)).status, 202) << "a second answer is no mistake";
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(count_of_answers(host_), 1);
}

TEST_P(a_sent_question_of_a_left_call, goes_again_on_a_get_stream) {
    mcp_session session = open();
    http_client open_stream = session.listen();
    const auto asked = ask(session);
    const auto again = open_stream.read_event();
    ASSERT_TRUE(is_question(again));
    EXPECT_EQ(again->data, asked->data);
    open_stream.close();
    // The GET stream has broken too; the client opens it anew.
    http_client next_stream = session.listen();
    const auto third = next_stream.read_event();
    ASSERT_TRUE(is_question(third));
    EXPECT_EQ(third->data, asked->data);
    EXPECT_EQ(session.send(answer_to(third)).status, 202);
    EXPECT_TRUE(host_.receives(R"("roots":[])"));
}

TEST(a_sent_question_of_a_stream_that_is_resumed, comes_once_to_a_client_that_has_seen_it_or_has_not) {
    hosted_fixture host;
    for (const bool has_seen : {false, true}) {
        mcp_session session = host.session({.capabilities = able});
        http_client call = session.begin_call("ask", R"({"method":"roots/list"})");
        call.read_head();
        const auto bookmark = call.read_any_event();
        const auto asked = call.read_event();
        ASSERT_TRUE(bookmark && is_question(asked));
        call.close();
        http_client resumed = session.listen(has_seen ? asked->id : bookmark->id);
        if (!has_seen) {
            EXPECT_TRUE(is_question(resumed.read_event()));
        }
        http_client other = session.begin_call("slow", R"({"ms":300})");
        EXPECT_TRUE(read_answer(other, session.last_request_id()).earlier.empty());
        EXPECT_EQ(session.send(answer_to(asked)).status, 202);
        EXPECT_THAT(resumed.read_event()->data, HasSubstr("asked")) << "the question did not come again";
    }
}

TEST(a_sent_question_of_a_stream_that_is_resumed, comes_no_more_once_it_went_on_another) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = able});
    http_client call = session.begin_call("ask", R"({"method":"roots/list"})");
    call.read_head();
    const auto bookmark = call.read_any_event();
    ASSERT_TRUE(bookmark && is_question(call.read_event()));
    call.close();
    http_client other = begin_left(host, session, "other", false);
    other.read_head();
    const auto again = other.read_event();
    ASSERT_TRUE(is_question(again));
    http_client resumed = session.listen(bookmark->id);
    EXPECT_EQ(session.send(answer_to(again)).status, 202);
    while (const auto event = resumed.read_any_event()) {
        EXPECT_FALSE(is_question(event));
        EXPECT_THAT(event->comment, testing::Not(HasSubstr("lost")));
    }
}

TEST(a_log_line_after_a_left_call, goes_where_the_client_reads) {
    hosted_fixture host;
    for (const char* version : {"2025-06-18", "2025-11-25"}) {
        mcp_session session = host.session({.version = version});
        http_client left = begin_left(host, session, std::string("left ") + version, true);
        http_client read = begin_left(host, session, std::string("read ") + version, false);
        left.close();
        session.call("log", R"({"count":2,"text":"line"})");
        read.read_head();
        EXPECT_THAT(read.read_event()->data, HasSubstr("line 1"));
        EXPECT_THAT(read.read_event()->data, HasSubstr("line 2"));
    }
}

// ---- what is no departure

TEST(a_request_behind_a_call, is_no_departure_and_is_answered_next) {
    hosted_fixture host;
    const mcp_session session = host.session({.capabilities = able});
    http_client connection = host.connect();
    connection.send_request("POST", "/mcp", session.headers(), call_text("1", "slow", R"({"ms":300})"));
    ASSERT_TRUE(host.receives("slow"));
    for (const char* id : {"2", "3"}) connection.send_request("POST", "/mcp", session.headers(), call_text(id, "echo"));
    connection.half_close();
    for (const char* id : {"1", "2", "3"}) EXPECT_EQ(member(read_answer(connection, id).message, "id"), id);
}

TEST(a_client_that_has_only_finished_sending, gets_a_plain_answer_however_long_that_takes) {
    hosted_fixture host({.arguments = {"--silence", "0.05"}});
    const mcp_session session = host.session();
    http_client connection = host.connect();
    connection.send_request("POST", "/mcp", session.headers(), call_text("1", "slow", R"({"ms":500})"));
    connection.half_close();
    const mcp_answer answer = read_answer(connection, "1");
    EXPECT_EQ(answer.text(), "slept");
    EXPECT_EQ(answer.http.header("content-type"), "application/json");
}

}  // namespace
}  // namespace e2e
