// Promise: a request is answered as JSON if its answer comes first, and as a stream if other messages come
// first or nothing comes for a while; every message is in the client's own terms, and the answer is the last.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class reply_form : public in_both_isolations {};
IN_ALL_ISOLATIONS(reply_form);

std::string progress_params(const std::string& token, const std::string& arguments) {
    return R"({"name":"progress","arguments":)" + arguments + R"(,"_meta":{"progressToken":)" + token + "}}";
}

TEST_P(reply_form, is_json_when_the_answer_comes_first) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("slow", R"({"ms":30})");
    EXPECT_EQ(answer.http.header("content-type"), "application/json");
    EXPECT_EQ(answer.http.header("content-length"), std::to_string(answer.http.body.size()));
    EXPECT_EQ(answer.http.header("transfer-encoding"), "");
}

TEST_P(reply_form, is_a_stream_when_progress_comes_first) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const std::string token : {"0", "7", "-1", "9007199254740993", R"("0")", R"("tok\u0065n é")", R"("")"}) {
        const mcp_answer answer = session.request("tools/call", progress_params(token, R"({"count":3})"));
        EXPECT_TRUE(answer.http.is_event_stream());
        EXPECT_EQ(answer.http.header("cache-control"), "no-cache, no-transform");
        EXPECT_EQ(answer.http.header("x-accel-buffering"), "no");
        ASSERT_EQ(answer.earlier.size(), 3U) << token;
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(answer.earlier[i], R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" + token +
                                             R"(,"progress":)" + std::to_string(i + 1) + R"(,"total":3}})");
        }
        EXPECT_EQ(answer.text(), "finished");
    }
}

TEST_P(reply_form, passes_each_message_on_when_it_comes_and_ends_after_the_answer) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client connection = session.begin("tools/call", progress_params("5", R"({"count":2,"ms":300})"));
    EXPECT_EQ(connection.read_head().status, 200);
    const auto first = connection.read_event();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->event, "message");
    EXPECT_EQ(first->id, "1-1");
    // The answer comes 600 ms after the first message: had that been held back, both would be here.
    EXPECT_THROW(connection.read_event(50ms), http_failure);
    EXPECT_THAT(connection.read_event()->data, HasSubstr(R"("progress":2)"));
    EXPECT_THAT(connection.read_event()->data, HasSubstr("finished"));
    EXPECT_FALSE(connection.read_event());
    EXPECT_EQ(connection.get("/healthz").status, 200);
}

TEST_P(reply_form, is_a_stream_when_a_log_comes_first) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("log", R"({"count":2,"text":"line"})");
    EXPECT_TRUE(answer.http.is_event_stream());
    ASSERT_EQ(answer.earlier.size(), 2U);
    EXPECT_EQ(answer.earlier[1], R"({"jsonrpc":"2.0","method":"notifications/message","params":)"
                                 R"({"level":"info","logger":"fixture","data":"line 2"}})");
    EXPECT_EQ(answer.text(), "logged");
}

TEST_P(reply_form, has_no_progress_for_who_asked_for_none) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("progress", R"({"count":3})");
    EXPECT_FALSE(answer.http.is_event_stream());
    EXPECT_EQ(answer.text(), "finished");
    // One with a token that nobody minted is nobody's.
    const mcp_answer stray = session.call("wrong", R"({"shape":"unknown_progress"})");
    EXPECT_FALSE(stray.http.is_event_stream());
    EXPECT_EQ(stray.text(), "right");
}

TEST_P(reply_form, becomes_a_stream_with_comments_in_silence) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = host.session();
    http_client connection = session.begin_call("slow", R"({"ms":600})");
    EXPECT_TRUE(connection.read_head().is_event_stream());
    const auto bookmark = connection.read_any_event();
    ASSERT_TRUE(bookmark && bookmark->is_bookmark());
    for (int i = 0; i < 3; ++i) {
        const auto comment = connection.read_any_event();
        ASSERT_TRUE(comment && comment->is_comment());
    }
    const auto answer = connection.read_event();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->data, HasSubstr("slept"));
    EXPECT_FALSE(connection.read_event());
}

TEST_P(reply_form, stays_json_in_silence_for_who_takes_only_that) {
    hosted_fixture host(how({"--silence", "0.05"}));
    const mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    const http_response response = host.connect().post("/mcp", headers, call_text("1", "slow", R"({"ms":300})"));
    EXPECT_EQ(response.header("content-type"), "application/json");
    EXPECT_EQ(at(response.body, "result/content/0/text"), R"("slept")");
}

TEST_P(reply_form, leaves_messages_to_the_get_stream_where_replies_are_json) {
    for (const bool is_of_the_bridge : {true, false}) {
        hosted_fixture host(how(is_of_the_bridge ? std::vector<std::string>{"--replies", "json"} : std::vector<std::string>{}));
        const mcp_session session = host.session();
        http_headers headers = session.headers();
        if (!is_of_the_bridge) headers.erase("Accept");
        if (!is_of_the_bridge) headers.emplace("Accept", "application/json");
        const std::string progress = request_text("1", "tools/call", progress_params("\"t\"", R"({"count":2})"));
        EXPECT_EQ(host.connect().post("/mcp", headers, progress).status, 200) << "nobody listens: the progress is dropped";
        mcp_session listener = session;
        http_client stream = listener.listen();
        const http_response answer = host.connect().post("/mcp", headers, progress);
        EXPECT_EQ(answer.header("content-type"), "application/json");
        for (const char* step : {"1", "2"}) {
            const auto event = stream.read_event();
            ASSERT_TRUE(event);
            EXPECT_EQ(at(event->data, "params/progressToken"), R"("t")");
            EXPECT_EQ(at(event->data, "params/progress"), step);
        }
        host.connect().post("/mcp", headers, call_text("2", "log", R"({"count":1})"));
        EXPECT_THAT(stream.read_event()->data, HasSubstr("notifications/message"));
    }
}

TEST_P(reply_form, is_a_stream_from_the_start_for_who_takes_only_that) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "text/event-stream");
    http_client connection = host.connect();
    connection.send_request("POST", "/mcp", headers, call_text("1", "slow", R"({"ms":500})"));
    EXPECT_TRUE(connection.read_head(400ms).is_event_stream());
    const auto answer = connection.read_event();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->data, HasSubstr("slept"));
}

TEST_P(reply_form, carries_large_answers_whole) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    constexpr std::size_t size = 8 * 1024 * 1024;
    const std::string arguments = R"({"bytes":)" + std::to_string(size) + "}";
    EXPECT_EQ(session.call("big", arguments).text().size(), size);
    const mcp_answer streamed =
        session.request("tools/call", R"({"name":"raw_result","arguments":{"result":{"a":")" + std::string(size, 'y') + R"("}}})");
    EXPECT_EQ(streamed.at("result/a").size(), size + 2);
}

}  // namespace
}  // namespace e2e
