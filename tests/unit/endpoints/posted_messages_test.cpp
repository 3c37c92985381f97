// Messages that are posted to the two legacy transports, as far as they need no child process.
#include <gmock/gmock.h>

#include "bridge/endpoints/http_sse.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/streamable.hpp"
#include "tests/unit/endpoints/posting_client.hpp"

namespace bridge::endpoints {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view list = R"({"jsonrpc":"2.0","id":5,"method":"tools/list"})";
constexpr std::string_view discover = R"({"jsonrpc":"2.0","id":5,"method":"server/discover"})";
constexpr std::string_view notification = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
constexpr std::string_view ambiguous = R"({"jsonrpc":"2.0","id":5,"method":"m","ID":6})";

class PostedMessages : public posting_client {
protected:
    std::string post_to_mcp(std::string_view body, const request_head& head = {}) { return post(serve_post, head, std::string(body)); }

    std::string post_to_sse(std::string_view body, const std::string& query) { return post(serve_sse_post, {.query = query}, std::string(body)); }

    static std::string query_of(const session::session& client_session) { return std::string(session_parameter) + "=" + client_session.who().id; }
};

auto is_refused(const char* status, const char* code, const char* id) {
    return AllOf(StartsWith("HTTP/1.1 " + std::string(status) + " "), HasSubstr("\"code\":" + std::string(code)),
                 HasSubstr("\"id\":" + std::string(id)));
}

TEST_F(PostedMessages, NeedASessionInStreamableHttp) {
    EXPECT_THAT(post_to_mcp(list), is_refused("400", "-32000", "5"));
    EXPECT_THAT(post_to_mcp(notification), is_refused("400", "-32000", "null"));
    EXPECT_THAT(post_to_mcp(list, {.session_id = "none"}), is_refused("404", "-32001", "5"));
    EXPECT_THAT(post_to_mcp(notification, {.session_id = "none"}), is_refused("404", "-32001", "null"));
}

TEST_F(PostedMessages, NeedASessionInHttpSse) {
    EXPECT_THAT(post_to_sse(list, ""), is_refused("400", "-32000", "5"));
    EXPECT_THAT(post_to_sse(notification, ""), is_refused("400", "-32000", "null"));
    EXPECT_THAT(post_to_sse(list, "sessionId=none"), is_refused("404", "-32001", "5"));
    EXPECT_THAT(post_to_sse(ambiguous, "sessionId=none"), is_refused("404", "-32001", "5"));
}

TEST_F(PostedMessages, DoNotFindTheSessionOfAnotherTransport) {
    const auto client_session = connect();
    EXPECT_THAT(post_to_mcp(list, {.session_id = client_session->who().id}), is_refused("404", "-32001", "5"));
}

TEST_F(PostedMessages, OfTheModernEraFallBackInStreamableHttp) {
    EXPECT_THAT(post_to_mcp(discover), is_refused("404", "-32601", "5"));
    EXPECT_THAT(post_to_mcp(discover, {.session_id = "none", .protocol_version = "2026-07-28"}), is_refused("404", "-32601", "5"));
    EXPECT_THAT(post_to_mcp(list, {.protocol_version = "2026-07-28"}), is_refused("400", "-32000", "5"));
}

TEST_F(PostedMessages, OfHttpSseAreRefusedOnTheStream) {
    const auto client_session = connect();
    const std::string query = query_of(*client_session);
    EXPECT_THAT(post_to_sse(discover, query), StartsWith("HTTP/1.1 202 "));
    EXPECT_THAT(post_to_sse(ambiguous, query), StartsWith("HTTP/1.1 202 "));
    const auto answers = client_session->general()->remove_waiting();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_THAT(answers[0].text, AllOf(HasSubstr("\"code\":-32601"), HasSubstr("\"id\":5")));
    EXPECT_THAT(answers[1].text, AllOf(HasSubstr("\"code\":-32600"), HasSubstr("\"id\":5")));
}

TEST_F(PostedMessages, ThatAreUnreadableAreRefusedInTheReply) {
    const std::string query = query_of(*connect());
    EXPECT_THAT(post_to_mcp("{"), is_refused("400", "-32700", "null"));
    EXPECT_THAT(post_to_sse("{", query), is_refused("400", "-32700", "null"));
    EXPECT_THAT(post_to_mcp("[]"), is_refused("400", "-32600", "null"));
    EXPECT_THAT(post_to_sse("[]", query), is_refused("400", "-32600", "null"));
}

TEST_F(PostedMessages, WithoutAnAnswerGetOnlyAStatus) {
    EXPECT_THAT(post_to_sse(notification, query_of(*connect())), StartsWith("HTTP/1.1 202 "));
}

}  // namespace
}  // namespace bridge::endpoints
