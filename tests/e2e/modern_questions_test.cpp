// Promise: a server of the legacy revisions can ask a client of revision 2026-07-28 while it works on a call, and nobody else can answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* can_be_asked = R"({"elicitation":{"form":{}},"sampling":{},"roots":{}})";
constexpr const char* question = R"({"method":"elicitation/create","params":{"message":"name?","requestedSchema":{"type":"object","properties":{}},)"
                                 R"("_meta":{"progressToken":1}}})";
constexpr long invalid_params = -32602;

std::string state_of(const mcp_answer& answer) {
    return answer.at("result/requestState");
}

/// `first` again, with the raw answers `responses` and the raw state `state`.
modern_message retry_of(modern_client& client, modern_message first, const std::string& responses, const std::string& state) {
    first.id = client.message("").id;
    first.params += R"(,"inputResponses":)" + responses + R"(,"requestState":)" + state;
    return first;
}

TEST(modern_questions, become_the_answer_of_the_call_and_are_answered_by_its_repetition) {
    hosted_fixture host;
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", question);
    const mcp_answer asked = client.send(call);
    EXPECT_EQ(asked.http.status, 200);
    EXPECT_EQ(asked.http.header("content-type"), "application/json");
    EXPECT_EQ(asked.at("result/resultType"), R"("input_required")");
    EXPECT_EQ(asked.at("result/inputRequests/q1/method"), R"("elicitation/create")");
    EXPECT_EQ(asked.at("result/inputRequests/q1/params"), R"({"message":"name?","requestedSchema":{"type":"object","properties":{}}})");
    EXPECT_EQ(asked.at("result/ttlMs"), "");

    const mcp_answer done = client.send(retry_of(client, call, R"({"q1":{"action":"accept","content":{"n":1.0}},"else":{}})", state_of(asked)));
    EXPECT_EQ(done.at("result/resultType"), R"("complete")");
    EXPECT_THAT(done.at("result/structuredContent/answer"), HasSubstr(R"("result":{"action":"accept","content":{"n":1.0}})"));
    EXPECT_THAT(host.received(), Not(testing::Contains(HasSubstr("requestState"))));
}

TEST(modern_questions, come_after_progress_on_a_stream) {
    hosted_fixture host;
    modern_client client(host, can_be_asked);
    const mcp_answer asked = client.call("ask", R"({"method":"roots/list","ms":100})");
    EXPECT_EQ(asked.at("result/inputRequests/q1"), R"({"method":"roots/list","params":{}})");
    const mcp_answer sampled =
        client.call("ask", R"({"method":"sampling/createMessage","params":{"messages":[],"maxTokens":5,"includeContext":"allServers"}})");
    EXPECT_EQ(sampled.at("result/inputRequests/q1/params/includeContext"), R"("none")");
}

TEST(modern_questions, name_the_call_by_a_state_that_works_once_for_the_same_request_and_key) {
    hosted_fixture host({.arguments = {"--key", "a=aaaaaaaaaaaaaaaaaaaaaaaa", "--key", "b=bbbbbbbbbbbbbbbbbbbbbbbb"},
                         .headers = {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}}});
    modern_client client(host, can_be_asked, {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client thief(host, can_be_asked, {{"Authorization", "Bearer bbbbbbbbbbbbbbbbbbbbbbbb"}});
    const modern_message call = client.call_message("ask", question);
    const std::string state = state_of(client.send(call));
    const std::string responses = R"({"q1":{"action":"decline"}})";
    const auto expect_refusal = [](const mcp_answer& refused) {
        EXPECT_EQ(refused.http.status, 200);
        EXPECT_EQ(error_code(refused.message), invalid_params);
        EXPECT_EQ(error_text(refused.message), "Invalid or expired requestState");
    };
    expect_refusal(thief.send(retry_of(thief, thief.call_message("ask", question), responses, state)));
    expect_refusal(client.send(retry_of(client, client.call_message("ask", R"({"method":"roots/list"})"), responses, state)));
    expect_refusal(client.send(retry_of(client, call, responses, R"("x)" + state.substr(2))));
    expect_refusal(client.send(retry_of(client, call, responses, R"("")")));
    const std::size_t before = host.received().size();
    EXPECT_EQ(client.send(retry_of(client, call, responses, state)).at("result/resultType"), R"("complete")");
    EXPECT_EQ(host.received().size(), before + 1) << "only the answer went to the server";
    expect_refusal(client.send(retry_of(client, call, responses, state)));
}

TEST(modern_questions, are_asked_again_if_an_answer_is_missing) {
    hosted_fixture host;
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", question);
    std::string state = state_of(client.send(call));
    for (const char* missing : {"{}", R"({"q1":"text"})", R"({"q2":{"action":"accept"}})"}) {
        const mcp_answer again = client.send(retry_of(client, call, missing, state));
        EXPECT_EQ(again.at("result/resultType"), R"("input_required")") << missing;
        EXPECT_EQ(again.at("result/inputRequests/q1/method"), R"("elicitation/create")") << missing;
        EXPECT_NE(state_of(again), state);
        state = state_of(again);
    }
}

TEST(modern_questions, that_the_client_did_not_declare_end_the_call_at_once) {
    hosted_fixture host;
    modern_client client(host, R"({"roots":{}})");
    const mcp_answer answer = client.call("ask", question);
    EXPECT_EQ(answer.http.status, 400);
    EXPECT_EQ(error_code(answer.message), -32021);
    EXPECT_EQ(answer.at("error/data/requiredCapabilities"), R"({"elicitation":{"form":{}}})");
    EXPECT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_THAT(host.line_with(R"("method":"initialize")"), Not(HasSubstr("elicitation")));
}

TEST(modern_questions, of_processes_that_serve_several_clients_are_refused) {
    hosted_fixture host({.isolation = "shared"});
    modern_client client(host, can_be_asked);
    EXPECT_THAT(client.call("ask", question).at("result/structuredContent/answer"), HasSubstr("-32601"));
}

// Also if the requests of one client come at the same time: each question is that of the call in its process.
TEST(modern_questions, stay_with_their_call_where_each_request_has_a_process) {
    for (const hosting& how : {hosting{.arguments = {"--modern-process", "request"}},
                               hosting{.arguments = {"--host", "0.0.0.0", "--allow-anonymous"}}, hosting{.isolation = "request"}}) {
        hosted_fixture host(how);
        modern_client client(host, can_be_asked);
        const modern_message waiting = client.call_message("slow", R"({"ms":600000})");
        http_client other = client.begin(waiting);
        ASSERT_TRUE(host.receives("slow"));
        const modern_message call = client.call_message("ask", question);
        const mcp_answer asked = client.send(call);
        ASSERT_EQ(asked.at("result/resultType"), R"("input_required")") << asked.message;
        EXPECT_EQ(client.call("echo").text(), "ok");
        const std::size_t starts = host.starts().size();
        const mcp_answer done = client.send(retry_of(client, call, R"({"q1":{"action":"decline"}})", state_of(asked)));
        EXPECT_THAT(done.at("result/structuredContent/answer"), HasSubstr("decline"));
        EXPECT_EQ(host.starts().size(), starts) << "the call had kept its process";
    }
}

TEST(modern_questions, that_nobody_answers_end_and_the_call_is_cancelled) {
    hosted_fixture host({.arguments = {"--request-timeout", "1"}});
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", question);
    const mcp_answer asked = client.send(call);
    EXPECT_TRUE(host.receives(R"("result":{"action":"cancel"})"));
    EXPECT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(error_code(client.send(retry_of(client, call, "{}", state_of(asked))).message), invalid_params);
}

TEST(modern_questions, outlive_their_process_as_an_error) {
    hosted_fixture host;
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", question);
    const mcp_answer asked = client.send(call);
    ::kill(host.last_child(), SIGKILL);
    const mcp_answer lost = client.send(retry_of(client, call, R"({"q1":{"action":"accept"}})", state_of(asked)));
    EXPECT_EQ(error_code(lost.message), -32603);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST(modern_questions, that_come_as_an_error_make_the_client_send_its_request_again) {
    hosted_fixture host;
    modern_client client(host, R"({"elicitation":{"url":{}}})");
    const char* const error = R"({"error":{"code":-32042,"message":"sign in","data":{"elicitations":[)"
                              R"({"mode":"url","elicitationId":"e","url":"https://example.com/","message":"Sign in"}]}}})";
    const modern_message call = client.call_message("raw_error", error);
    const mcp_answer asked = client.send(call);
    EXPECT_EQ(asked.http.status, 200);
    EXPECT_EQ(asked.at("result/inputRequests"),
              R"({"q1":{"method":"elicitation/create","params":{"mode":"url","url":"https://example.com/","message":"Sign in"}}})");
    const mcp_answer again = client.send(retry_of(client, call, R"({"q1":{"action":"accept"}})", state_of(asked)));
    EXPECT_EQ(again.at("result/resultType"), R"("input_required")") << "this server is never content";
    EXPECT_NE(state_of(again), state_of(asked));
    EXPECT_EQ(error_code(client.send(retry_of(client, call, "{}", state_of(asked))).message), invalid_params);
    EXPECT_EQ(error_code(modern_client(host).call("raw_error", error).message), -32603) << "a client that opens no pages gets an error";
}

TEST(modern_questions, are_counted_while_their_calls_wait) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0"}});
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", question);
    const mcp_answer asked = client.send(call);
    EXPECT_EQ(host.metric("mcp_bridge_parked_calls"), 1);
    EXPECT_EQ(host.metric("mcp_bridge_modern_clients"), 1);
    client.send(retry_of(client, call, R"({"q1":{"action":"cancel"}})", state_of(asked)));
    EXPECT_EQ(host.metric("mcp_bridge_parked_calls"), 0);
}

// The bridge does not know the tools of the server any more, and asks for them before a call. A retry must not wait for that: its state is used up by
// the first of them.
TEST(modern_questions, are_answered_by_one_of_several_retries_at_once) {
    for (const char* const how : {"notify", "crash"}) {
        hosted_fixture host;
        modern_client client(host, can_be_asked);
        const modern_message call = client.call_message("ask", question);
        const std::string state = state_of(client.send(call));
        client.call(how, R"({"method":"notifications/tools/list_changed"})");
        std::vector<std::pair<http_client, std::string>> retries;
        for (int i = 0; i < 3; ++i) {
            const modern_message retry = retry_of(client, call, R"({"q1":{"action":"decline"}})", state);
            retries.emplace_back(client.begin(retry), retry.id);
        }
        int refused = 0;
        for (auto& [connection, id] : retries) {
            const mcp_answer answer = read_answer(connection, id);
            if (error_text(answer.message) == "Invalid or expired requestState") ++refused;
        }
        EXPECT_GE(refused, 2) << how;
        EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")") << how;
    }
}

TEST(modern_questions, from_before_a_call_are_answered_by_one_of_several_retries_at_once) {
    hosted_fixture host;
    modern_client client(host, R"({"elicitation":{"form":{},"url":{}}})");
    const modern_message call = client.call_message("raw_error", R"({"error":{"code":-32042,"message":"m","data":{"elicitations":[)"
                                                                 R"({"mode":"url","elicitationId":"1","url":"http://x/","message":"go"}]}}})");
    const mcp_answer asked = client.send(call);
    ASSERT_EQ(asked.at("result/resultType"), R"("input_required")");
    client.call("notify", R"({"method":"notifications/tools/list_changed"})");
    std::vector<std::pair<http_client, std::string>> retries;
    for (int i = 0; i < 3; ++i) {
        const modern_message retry = retry_of(client, call, R"({"q1":{"action":"accept"}})", state_of(asked));
        retries.emplace_back(client.begin(retry), retry.id);
    }
    int begun = 0;
    for (auto& [connection, id] : retries) begun += read_answer(connection, id).at("result/resultType") == R"("input_required")" ? 1 : 0;
    EXPECT_EQ(begun, 1) << "the others are refused";
    EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")");
}

TEST(modern_questions, keep_an_answer_that_the_server_gives_meanwhile) {
    hosted_fixture host;
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", R"({"method":"roots/list","give_up_ms":200})");
    const mcp_answer asked = client.send(call);
    ASSERT_EQ(asked.at("result/resultType"), R"("input_required")");
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    const modern_message retry = retry_of(client, call, R"({"q1":{"roots":[]}})", state_of(asked));
    const mcp_answer done = client.send(retry);
    EXPECT_EQ(done.at("id"), retry.id);
    EXPECT_EQ(done.at("result/resultType"), R"("complete")");
}

}  // namespace
}  // namespace e2e
