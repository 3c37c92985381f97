// Promise: a session of revision 2025-03-26 may send several messages in one array; each goes its own way, the
// answers come back together, and the server sees no array. No other revision has this.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

constexpr long invalid_request = -32600;
constexpr const char* the_revision = "2025-03-26";

class batches : public in_both_isolations {
protected:
    static mcp_session session_of(const hosted_fixture& host) { return host.session({.version = the_revision}); }
    static http_headers accepting(const mcp_session& session, const std::string& types) {
        http_headers headers = session.headers();
        headers.erase("Accept");
        headers.emplace("Accept", types);
        return headers;
    }
    /// The answer with that raw id in a JSON array; empty if there is none.
    static std::string answer_in(const http_response& response, std::string_view id) {
        EXPECT_EQ(response.header("content-type"), "application/json");
        const auto all = elements(response.body);
        const auto found = std::ranges::find_if(all, [id](auto each) { return member(each, "id") == id; });
        return found == all.end() ? std::string() : std::string(*found);
    }
    /// The JSON texts of the events of a whole reply.
    static std::vector<std::string> events_of(http_client& reply) {
        std::vector<std::string> all;
        while (const auto event = reply.read_event()) all.push_back(event->data);
        return all;
    }
    static std::string progress(const std::string& id, const std::string& token) {
        return request_text(id, "tools/call", R"({"name":"progress","arguments":{"count":1},"_meta":{"progressToken":)" + token + "}}");
    }
};
IN_BOTH_ISOLATIONS(batches);

TEST_P(batches, are_answered_with_one_array) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const auto before = host.received().size();
    const http_response response =
        session.post("[" + call_text("1", "echo", R"({"n":1.0})") + "," + request_text(R"("1")", "ping") + "," + request_text("-7", "foo/bar") + "]");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(elements(response.body).size(), 3U);
    EXPECT_EQ(at(answer_in(response, "1"), "result/structuredContent/params/arguments"), R"({"n":1.0})");
    EXPECT_EQ(at(answer_in(response, R"("1")"), "result"), "{}");
    EXPECT_EQ(error_code(answer_in(response, "-7")), -32601);
    const auto lines = host.received();
    EXPECT_EQ(lines.size(), before + 3);
    for (const std::string& line : lines) EXPECT_THAT(line, StartsWith("{"));
}

TEST_P(batches, of_one_request_are_answered_with_an_array_too) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    EXPECT_EQ(session.post("[" + request_text("5", "ping") + "]").body, R"([{"jsonrpc":"2.0","id":5,"result":{}}])");
}

TEST_P(batches, pass_params_byte_for_byte_whatever_stands_between_tokens) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const std::string arguments = R"({"a":9007199254740993,"a":"\u00e9é","b":[1.0, -0]})";
    const http_response response =
        session.post("\r\n[\n  " + call_text("1", "echo", arguments) + "\n,\n" + "{\"jsonrpc\":\"2.0\",\n\"id\":2,\n\"method\":\"ping\"}\n]\n");
    EXPECT_EQ(at(answer_in(response, "1"), "result/structuredContent/params/arguments"), arguments);
    EXPECT_EQ(at(answer_in(response, "2"), "result"), "{}");
}

TEST_P(batches, take_notifications_and_answers_beside_requests) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(R"([{"jsonrpc":"2.0","method":"notifications/x_first"},)" + request_text("1", "ping") +
                                                R"(,{"jsonrpc":"2.0","id":99,"result":{}}])");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(elements(response.body).size(), 1U);
    EXPECT_EQ(at(answer_in(response, "1"), "result"), "{}");
    if (!is_shared()) {
        EXPECT_THAT(host.received(), Contains(R"({"jsonrpc":"2.0","method":"notifications/x_first"})"));
    }
}

TEST_P(batches, in_which_nothing_is_asked_get_202) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(R"([{"jsonrpc":"2.0","method":"notifications/x_first"},)"
                                                R"({"jsonrpc":"2.0","method":"notifications/x_second"},)"
                                                R"({"jsonrpc":"2.0","id":99,"result":{}}])");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, "");
    if (!is_shared()) {
        EXPECT_TRUE(host.receives("notifications/x_second"));
    }
}

TEST_P(batches, belong_to_one_revision_alone) {
    hosted_fixture host(how());
    for (const char* revision : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
        mcp_session session = host.session({.version = revision});
        const auto before = host.received();
        http_headers headers = session.headers();
        headers.erase("MCP-Protocol-Version");
        headers.emplace("MCP-Protocol-Version", the_revision);
        for (const http_headers& with : {session.headers(), headers}) {
            const http_response refused = host.connect().post("/mcp", with, "[" + request_text("1", "ping") + "]");
            EXPECT_EQ(refused.status, 400) << revision;
            EXPECT_EQ(error_code(refused.body), invalid_request) << revision;
            EXPECT_EQ(member(refused.body, "id"), "null");
            EXPECT_THAT(error_text(refused.body), HasSubstr(the_revision));
            EXPECT_THAT(error_text(refused.body), HasSubstr(std::string("speaks ") + revision));
        }
        EXPECT_EQ(host.received(), before);
    }
}

TEST_P(batches, are_taken_whatever_the_header_says_of_the_revision) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    http_headers headers = session.headers();
    headers.erase("MCP-Protocol-Version");
    const std::string body = "[" + request_text("1", "ping") + "]";
    EXPECT_EQ(host.connect().post("/mcp", headers, body).status, 200);
    headers.emplace("MCP-Protocol-Version", "2025-11-25");
    EXPECT_EQ(host.connect().post("/mcp", headers, body).status, 200);
}

TEST_P(batches, need_a_session) {
    hosted_fixture host(how());
    mcp_session stranger = host.client();
    const std::string body = "[" + request_text("1", "initialize", R"({"protocolVersion":"2025-03-26"})") + "]";
    const http_response nameless = stranger.post(body);
    EXPECT_EQ(nameless.status, 400);
    EXPECT_EQ(error_code(nameless.body), invalid_request);
    EXPECT_THAT(error_text(nameless.body), HasSubstr("initialize"));
    EXPECT_EQ(nameless.headers.count("mcp-session-id"), 0U);
    stranger.set_id("0123456789abcdef");
    EXPECT_EQ(stranger.post(body).status, 404);
}

TEST_P(batches, become_a_stream_of_single_messages_when_progress_comes_first) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    http_client reply = session.begin_post("[" + progress("1", R"("a")") + "," + progress(R"("b")", "1") + "]");
    EXPECT_TRUE(reply.read_head().is_event_stream());
    const auto events = events_of(reply);
    ASSERT_EQ(events.size(), 4U);
    for (const char* part : {R"("progressToken":"a")", R"("progressToken":1,)", R"("id":1,"result")", R"("id":"b","result")"}) {
        EXPECT_EQ(std::ranges::count_if(events, [&](const auto& each) { return each.find(part) != each.npos; }), 1) << part;
    }
}

TEST_P(batches, become_a_stream_in_silence_and_send_each_answer_when_it_comes) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = session_of(host);
    http_client reply = session.begin_post("[" + call_text("1", "slow", R"({"ms":100})") + "," + call_text("2", "slow", R"({"ms":600000})") + "]");
    EXPECT_TRUE(reply.read_head().is_event_stream());
    const auto first = reply.read_event();
    ASSERT_TRUE(first);
    EXPECT_EQ(member(first->data, "id"), "1");
    session.notify("notifications/cancelled", R"({"requestId":2})");
    EXPECT_FALSE(reply.read_event());
}

TEST_P(batches, stay_json_for_who_takes_only_that) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = session_of(host);
    const http_response response = host.connect().post("/mcp", accepting(session, "application/json"),
                                                       "[" + progress("1", "1") + "," + call_text("2", "slow", R"({"ms":200})") + "]");
    EXPECT_EQ(elements(response.body).size(), 2U);
    EXPECT_EQ(at(answer_in(response, "1"), "result/content/0/text"), R"("finished")");
    EXPECT_EQ(at(answer_in(response, "2"), "result/content/0/text"), R"("slept")");
}

TEST_P(batches, are_streams_from_the_start_for_who_takes_only_that) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    http_client reply = host.connect();
    reply.send_request("POST", "/mcp", accepting(session, "text/event-stream"),
                       "[" + request_text("1", "ping") + ",7," + call_text("2", "echo") + "]");
    EXPECT_TRUE(reply.read_head().is_event_stream());
    const auto events = events_of(reply);
    EXPECT_EQ(events.size(), 3U);
    for (const std::string& each : events) EXPECT_THAT(each, StartsWith("{"));
}

TEST(batches_in_session_isolation, carry_what_the_server_asks_and_take_the_answer_in_a_batch) {
    hosted_fixture host;
    mcp_session session = host.session({.version = the_revision, .capabilities = R"({"sampling":{}})"});
    http_client reply =
        session.begin_post("[" + call_text("1", "ask", R"({"method":"sampling/createMessage"})") + "," + request_text("2", "ping") + "]");
    EXPECT_TRUE(reply.read_head().is_event_stream());
    std::string asked;
    while (asked.find("sampling/createMessage") == asked.npos) {
        const auto event = reply.read_event();
        ASSERT_TRUE(event);
        asked = event->data;
    }
    const std::string answer = R"([{"jsonrpc":"2.0","id":)" + std::string(member(asked, "id")) + R"(,"result":{"model":"m"}}])";
    EXPECT_EQ(session.post(answer).status, 202);
    std::string last;
    while (const auto event = reply.read_event()) last = event->data;
    EXPECT_EQ(at(last, "result/structuredContent/answer/result"), R"({"model":"m"})");
}

TEST(batches_in_request_isolation, give_each_request_a_server_of_its_own) {
    hosted_fixture host({.isolation = "request"});
    mcp_session session = host.session({.version = the_revision});
    const http_response response = session.post("[" + call_text("1", "process") + "," + call_text("2", "process") + "]");
    const auto answers = elements(response.body);
    ASSERT_EQ(answers.size(), 2U);
    const auto first = at(answers[0], "result/structuredContent/pid");
    EXPECT_NE(first, "");
    EXPECT_NE(first, at(answers[1], "result/structuredContent/pid"));
}

}  // namespace
}  // namespace e2e
