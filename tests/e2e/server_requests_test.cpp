// Promise: what a server asks of its client reaches that client if it said that it can answer, and is refused
// at once otherwise; no server waits for an answer that cannot come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* sampling_params = R"({"messages":[],"maxTokens":1.0,"x_vendor":9007199254740993})";

std::string asking(const std::string& method, const std::string& params = "{}") {
    return R"({"method":)" + json_string(method) + R"(,"params":)" + params + "}";
}

/// The error that the server got for its request, as raw JSON.
std::string refusal_in(const mcp_answer& answer) {
    return answer.at("result/structuredContent/answer/error");
}

class server_requests : public in_both_isolations {};
IN_BOTH_ISOLATIONS(server_requests);

TEST_P(server_requests, that_only_ping_are_answered_by_the_bridge) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("ask", asking("ping"));
    EXPECT_FALSE(answer.http.is_event_stream());
    EXPECT_EQ(answer.at("result/structuredContent/answer"), R"({"jsonrpc":"2.0","id":0,"result":{}})");
}

TEST_P(server_requests, that_the_client_did_not_declare_are_refused_at_once) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const char* method :
         {"sampling/createMessage", "elicitation/create", "roots/list", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel"}) {
        const mcp_answer answer = session.call("ask", asking(method));
        EXPECT_FALSE(answer.http.is_event_stream()) << method;
        EXPECT_EQ(at(refusal_in(answer), "code"), "-32601") << method;
        EXPECT_NE(unquoted(at(refusal_in(answer), "message")), "") << method;
    }
}

TEST(server_requests_in_shared_isolation, are_refused_although_the_client_declared_them) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session session = host.session({.capabilities = R"({"sampling":{},"elicitation":{},"roots":{}})"});
    for (const char* method : {"sampling/createMessage", "elicitation/create", "roots/list", "x_vendor/ask"}) {
        const mcp_answer answer = session.call("ask", asking(method));
        EXPECT_FALSE(answer.http.is_event_stream()) << method;
        EXPECT_EQ(at(refusal_in(answer), "code"), "-32601") << method;
        EXPECT_THAT(refusal_in(answer), HasSubstr("shared"));
    }
}

TEST(server_requests_in_session_isolation, go_out_on_the_stream_of_the_call) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = R"({"sampling":{}})"});
    http_client call = session.begin_call("ask", asking("sampling/createMessage", sampling_params));
    const long id = session.last_request_id();
    EXPECT_TRUE(call.read_head().is_event_stream());
    const auto asked = call.read_event();
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->data, R"({"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":)" + std::string(sampling_params) + "}");

    const std::string result = R"({"role":"assistant","model":"m","n":1e400,"text":"\ud800"})";
    const http_response taken = session.send(R"({"result":)" + result + R"(,"id":1,"jsonrpc":"2.0"})");
    EXPECT_EQ(taken.status, 202);
    EXPECT_EQ(taken.body, "");
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_EQ(integer(member(answered->data, "id"), -1), id);
    EXPECT_EQ(at(answered->data, "result/structuredContent/answer"), R"({"jsonrpc":"2.0","id":0,"result":)" + result + "}");
    EXPECT_FALSE(call.read_event());
}

// A server whose request has become a task of the client (2025-11-25) asks for it; what vendors add is theirs.
TEST(server_requests_in_session_isolation, reach_the_client_if_no_missing_capability_excludes_them) {
    hosted_fixture host;
    mcp_session session =
        host.session({.capabilities = R"({"elicitation":{},"tasks":{"list":{},"cancel":{},"requests":{"elicitation":{"create":{}}}}})"});
    const std::string params = R"({"taskId":"t","task":{"ttl":1.0},"_meta":{"progressToken":"servers"}})";
    for (const char* method : {"elicitation/create", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel", "x_vendor/ask"}) {
        http_client call = session.begin_call("ask", asking(method, params));
        EXPECT_TRUE(call.read_head().is_event_stream()) << method;
        const auto asked = call.read_event();
        ASSERT_TRUE(asked) << method;
        EXPECT_EQ(member(asked->data, "method"), json_string(method));
        EXPECT_EQ(member(asked->data, "params"), params) << method;
        // Its progress after the answer that made it a task has the server's own token, so it passes as it is.
        session.send(R"({"jsonrpc":"2.0","id":)" + std::string(member(asked->data, "id")) +
                     R"(,"result":{"task":{"taskId":"t","status":"working"}}})");
        const auto answered = call.read_event();
        ASSERT_TRUE(answered) << method;
        EXPECT_EQ(at(answered->data, "result/structuredContent/answer/result/task/taskId"), R"("t")") << method;
        session.notify("notifications/progress", R"({"progressToken":"servers","progress":)" + json_string(method) + "}");
        EXPECT_TRUE(host.receives(R"("progressToken":"servers","progress":)" + json_string(method))) << method;
    }
}

TEST(server_requests_in_session_isolation, may_be_answered_with_an_error) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = R"({"roots":{"listChanged":true}})"});
    http_client call = session.begin_call("ask", asking("roots/list"));
    call.read_head();
    ASSERT_TRUE(call.read_event());
    const std::string error = R"({"code":-1,"message":"rejected","data":[1.0]})";
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":1,"error":)" + error + "}").status, 202);
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_EQ(at(answered->data, "result/structuredContent/answer/error"), error);
}

TEST(server_requests_in_session_isolation, use_the_oldest_call_when_there_are_several) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = R"({"elicitation":{}})"});
    http_client oldest = session.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"oldest"})"));
    ASSERT_TRUE(host.receives(R"("who":"oldest")"));
    http_client asking_call = session.begin_post(call_text("2", "ask", asking("elicitation/create")));
    EXPECT_TRUE(oldest.read_head().is_event_stream());
    const auto asked = oldest.read_event();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(asked->data, "method"), R"("elicitation/create")");
    session.send(R"({"jsonrpc":"2.0","id":1,"result":{"action":"decline"}})");
    const mcp_answer answer = read_answer(asking_call, 2);
    EXPECT_TRUE(answer.earlier.empty());
    EXPECT_EQ(answer.at("result/structuredContent/answer/result/action"), R"("decline")");
}

TEST(server_requests_in_session_isolation, are_refused_when_the_client_takes_no_stream) {
    hosted_fixture host;
    const mcp_session session = host.session({.capabilities = R"({"sampling":{}})"});
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    const http_response response = host.connect().post("/mcp", headers, call_text("1", "ask", asking("sampling/createMessage")));
    EXPECT_EQ(response.header("content-type"), "application/json");
    EXPECT_EQ(at(response.body, "result/structuredContent/answer/error/code"), "-32603");
}

TEST(server_requests_in_session_isolation, wait_for_a_stream_and_are_refused_when_none_comes) {
    hosted_fixture host({.arguments = {"--limit", "hold-timeout=0.1"}, .flags = {"--ask-when-initialized", "roots/list"}});
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    ASSERT_TRUE(host.receives("-32603"));
    EXPECT_EQ(member(host.line_with("-32603"), "id"), "0");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(server_requests_in_session_isolation, wait_for_the_get_stream) {
    hosted_fixture host({.flags = {"--ask-when-initialized", "roots/list"}});
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    http_client stream = session.listen();
    const auto asked = stream.read_event();
    ASSERT_TRUE(asked);
    EXPECT_EQ(member(asked->data, "method"), R"("roots/list")");
    session.send(R"({"jsonrpc":"2.0","id":)" + std::string(member(asked->data, "id")) + R"(,"result":{"roots":[]}})");
    EXPECT_TRUE(host.receives(R"("roots":[])"));
}

TEST(server_requests_in_session_isolation, wait_for_the_next_call_too) {
    hosted_fixture host({.flags = {"--ask-when-initialized", "roots/list"}});
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    const mcp_answer answer = session.call("echo");
    ASSERT_EQ(answer.earlier.size(), 1U);
    EXPECT_EQ(member(answer.earlier[0], "method"), R"("roots/list")");
    EXPECT_EQ(answer.text(), "ok");
    http_client stream = session.listen();
    EXPECT_THROW(stream.read_event(100ms), http_failure) << "one message, one stream";
}

TEST(server_requests_in_session_isolation, take_one_answer_and_only_from_their_own_client) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = R"({"sampling":{}})"});
    mcp_session other = host.session({.capabilities = R"({"sampling":{}})"});
    http_client call = session.begin_call("ask", asking("sampling/createMessage"));
    const long id = session.last_request_id();
    call.read_head();
    ASSERT_TRUE(call.read_event());
    EXPECT_EQ(other.send(R"({"jsonrpc":"2.0","id":1,"result":{"who":"other"}})").status, 202);
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":0,"result":{"who":"the server's own id"}})").status, 202);
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":1,"result":{"who":"right"}})").status, 202);
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":1,"result":{"who":"late"}})").status, 202);
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_EQ(integer(member(answered->data, "id"), -1), id);
    EXPECT_EQ(at(answered->data, "result/structuredContent/answer/result/who"), R"("right")");
    // What the server never asked for does not reach it either.
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.line_with("late"), "");
    EXPECT_EQ(host.line_with("other\""), "");
}

}  // namespace
}  // namespace e2e
