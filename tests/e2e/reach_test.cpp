// Promise: on a server that several clients share, and that reads member names without regard to case, none reaches another's calls:
// neither its progress, nor its life, nor its subscriptions. What tries to is refused as -32600 with status 200, so that the client's
// session goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr long invalid_request = -32600;
constexpr long internal_error = -32603;
constexpr std::size_t large = 1'100'000;  // is read in slices

class reach : public testing::Test {
protected:
    static hosting folding() { return {.isolation = "shared", .arguments = {}, .flags = {"--fold-names"}}; }

    /// The raw number under which the server received the call that says `caller`.
    static std::string number_of(const hosted_fixture& host, const std::string& caller) {
        EXPECT_TRUE(host.receives(json_string(caller)));
        return std::string(member(host.line_with(json_string(caller)), "id"));
    }
    static void expect_refused(const http_response& response, std::string_view id, const std::string& shown) {
        EXPECT_EQ(response.status, 200) << shown;
        EXPECT_EQ(error_code(response.body), invalid_request) << shown << response.body;
        EXPECT_EQ(member(response.body, "id"), id) << shown;
    }
};

TEST_F(reach, does_not_go_to_anothers_progress) {
    hosted_fixture host(folding());
    mcp_session victim = host.session();
    mcp_session other = host.session();
    http_client watched = victim.begin_post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"progress","arguments":)"
                                            R"({"count":2,"ms":400,"who":"victim"},"_meta":{"progressToken":"mine"}}})");
    const std::string number = number_of(host, "victim");
    const std::string call = R"({"name":"progress","arguments":{"count":9})";
    for (const std::string& meta :
         {R"("_META":{"progressToken":)" + number + "}", R"("_meta":{"progressToken":1},"_Meta":{"progressToken":)" + number + "}",
          R"("_meta":{"progressToken":1,"ProgressToken":)" + number + "}", R"("_meta":{"progre\u017fsToken":)" + number + "}",
          R"("_meta":{"progressTo\u212aen":)" + number + "}", R"("_meta":{"progressToken\u0000x":)" + number + "}",
          R"("_meta":{"progressToken":1,"progressToken":)" + number + "}",
          R"("_meta":{"progressToken":1},"_m\u0065ta":{"progressToken":)" + number + "}"}) {
        for (const std::string& padding : {std::string(), R"(,"padding":")" + std::string(large, 'x') + '"'}) {
            expect_refused(other.post(request_text("7", "tools/call", call + ',' + meta + padding + "}")), "7", meta);
        }
    }
    const mcp_answer answer = read_answer(watched, 1);
    EXPECT_EQ(answer.text(), "finished");
    EXPECT_THAT(answer.earlier, Each(HasSubstr(R"("total":2)"))) << "another's progress";
    EXPECT_EQ(other.call("echo").text(), "ok");
}

TEST_F(reach, does_not_go_to_anothers_cancellation) {
    hosted_fixture host(folding());
    mcp_session victim = host.session();
    mcp_session other = host.session();
    http_client kept = victim.begin_post(call_text("1", "slow", R"({"ms":1500,"who":"victim"})"));
    const std::string number = number_of(host, "victim");
    for (const std::string& ids :
         {R"("requestId":2,"RequestID":)" + number, R"("RequestID":)" + number + R"(,"requestId":2)", R"("requestId":2,"reque\u017ftId":)" + number,
          R"("requestId":2,"requestId\u0000":)" + number, R"("requestId":2,"requestId":)" + number}) {
        http_client own = other.begin_post(call_text("2", "slow", R"({"ms":600000})"));
        const std::string params = "{" + ids + R"(,"reason":"x"})";
        expect_refused(other.notify("notifications/cancelled", params), "null", ids);
        // What stands beside the names that the bridge knows does not go to the server either.
        EXPECT_EQ(other.notify("notifications/cancelled", R"({"requestId":2,"reason":"x","also":)" + number + "}").status, 202);
        EXPECT_EQ(read_answer(own, 2).message, "");
    }
    EXPECT_EQ(read_answer(kept, 1).text(), "slept");
    for (const std::string& line : host.received()) {
        if (line.find("notifications/cancelled") != line.npos) {
            EXPECT_THAT(line, Not(HasSubstr("also"))) << line;
        }
    }
}

TEST_F(reach, makes_no_notification_of_a_request) {
    hosted_fixture host(folding());
    mcp_session victim = host.session();
    mcp_session other = host.session();
    http_client kept = victim.begin_post(call_text("1", "slow", R"({"ms":800,"who":"victim"})"));
    const std::string params = R"({"requestId":)" + number_of(host, "victim") + "}";
    for (const char* method :
         {"notifications/cancelled", R"(notifications\/cancelled)", R"(n\u006ftifications/cancelled)", "Notifications/cancelled"}) {
        const http_response refused = other.post(R"({"jsonrpc":"2.0","id":"me","method":")" + std::string(method) + R"(","params":)" + params + "}");
        expect_refused(refused, R"("me")", method);
        EXPECT_THAT(error_text(refused.body), HasSubstr("method")) << method;
    }
    EXPECT_EQ(read_answer(kept, 1).text(), "slept");
    EXPECT_EQ(other.call("echo").text(), "ok");
}

TEST_F(reach, does_not_go_to_anothers_subscription) {
    hosted_fixture host(folding());
    mcp_session victim = host.session();
    mcp_session other = host.session();
    EXPECT_EQ(victim.request("resources/subscribe", R"({"uri":"test://of-victim"})").at("result"), "{}");
    for (const char* params :
         {R"({"uri":"test://x","URI":"test://of-victim"})", R"({"Uri":"test://of-victim"})", R"({"uri":"test://x","uri":"test://of-victim"})"}) {
        expect_refused(other.post(request_text("3", "resources/unsubscribe", params)), "3", params);
    }
    // Nor with more beside it than the bridge looks through.
    const std::string long_params = R"({"uri":"test://of-victim","padding":")" + std::string(large, 'x') + R"("})";
    EXPECT_EQ(error_code(other.post(request_text("3", "resources/unsubscribe", long_params)).body), -32602);
    expect_refused(other.post(request_text("3", "Resources/unsubscribe", R"({"uri":"test://of-victim"})")), "3", "method");
    // Nor does it end what it never began.
    EXPECT_EQ(other.request("resources/unsubscribe", R"({"uri":"test://of-victim"})").at("result"), "{}");
    EXPECT_EQ(other.request("resources/unsubscribe", R"({"uri":"TEST://of-victim"})").at("result"), "{}");
    EXPECT_EQ(host.line_with("unsubscribe"), "");
}

TEST_F(reach, is_not_known_by_numbers_that_can_be_guessed) {
    hosted_fixture host(folding());
    mcp_session session = host.session();
    constexpr std::size_t count = 50;
    for (std::size_t i = 0; i < count; ++i) session.call("echo");
    std::set<long> numbers;
    std::size_t neighbours = 0;
    long last = 0;
    for (const std::string& line : host.received()) {
        if (member(line, "id").empty()) continue;
        const long number = integer(member(line, "id"), 0);
        EXPECT_GE(number, 1);
        EXPECT_LE(number, 0x7FFF'FFFFL);
        EXPECT_TRUE(numbers.insert(number).second);
        if (number - last < 1000 && last - number < 1000) ++neighbours;
        last = number;
    }
    EXPECT_EQ(numbers.size(), count);
    EXPECT_LE(neighbours, 2U);
}

TEST_F(reach, is_refused_in_a_batch_without_harm_to_its_neighbours) {
    hosted_fixture host(folding());
    mcp_session session = host.session({.version = "2025-03-26"});
    const std::string bad = request_text("1", "tools/call", R"({"name":"echo","_META":{}})");
    const std::string worse = request_text("2", "notifications/cancelled", R"({"requestId":1})");
    const http_response both = session.post("[" + bad + "," + worse + "," + request_text("3", "ping") + "]");
    EXPECT_EQ(both.status, 200);
    for (const auto each : elements(both.body)) {
        EXPECT_EQ(error_code(each), member(each, "id") == "3" ? 0 : invalid_request) << each;
    }
    EXPECT_EQ(elements(both.body).size(), 3U);
    const http_response none = session.post("[" + bad + "]");
    EXPECT_EQ(none.status, 200);
    EXPECT_EQ(error_code(elements(none.body).at(0)), invalid_request);
}

TEST_F(reach, is_refused_on_the_stream_of_http_sse) {
    hosted_fixture host({.isolation = "shared", .arguments = {}, .flags = {"--fold-names"}});
    sse_session session(host.port());
    session.open();
    for (const std::string& text :
         {request_text("8", "tools/call", R"({"name":"echo","_META":{}})"), request_text("8", "notifications/cancelled", R"({"requestId":1})")}) {
        EXPECT_EQ(session.post(text).status, 202) << text;
        const std::string answer = session.next().value_or("");
        EXPECT_EQ(error_code(answer), invalid_request) << answer;
        EXPECT_EQ(member(answer, "id"), "8") << answer;
    }
}

class ambiguous_children : public in_both_isolations {};
IN_ALL_ISOLATIONS(ambiguous_children);

TEST_P(ambiguous_children, fail_their_own_call_at_once_and_no_other) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client kept = session.begin_post(call_text("1", "slow", R"({"ms":400})"));
    for (const char* line : {R"({"jsonrpc":"2.0","id":@ID@,"ID":1,"result":{}})", R"({"jsonrpc":"2.0","id":@ID@,"id":5,"result":{}})",
                             R"({"jsonrpc":"2.0","id":@ID@,"result":{},"result":{"x":1}})"}) {
        const mcp_answer answer = session.call("line", R"({"text":)" + json_string(line) + "}");
        EXPECT_EQ(error_code(answer.message), internal_error) << line << answer.message;
        EXPECT_THAT(error_text(answer.message), HasSubstr("ambiguous")) << line;
    }
    EXPECT_EQ(read_answer(kept, 1).text(), "slept");
}

TEST_P(ambiguous_children, are_told_that_their_request_was_refused) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string asks = R"({"jsonrpc":"2.0","id":"from-child","ID":1,"method":"ping"})";
    EXPECT_EQ(session.call("line", R"({"text":)" + json_string(asks) + R"(,"then_answer":true})").text(), "right");
    if (std::string_view(GetParam()) == "request") return;  // its child has ended
    ASSERT_TRUE(host.receives(R"("id":"from-child")"));
    EXPECT_EQ(error_code(host.line_with(R"("id":"from-child")")), invalid_request);
}

}  // namespace
}  // namespace e2e
