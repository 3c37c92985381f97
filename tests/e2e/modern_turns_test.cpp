// Promise: no request of a client of revision 2026-07-28, and no message of a server to it, makes everybody else wait while the bridge reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* can_be_asked = R"({"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}})";
constexpr std::size_t bytes = 2 * 1024 * 1024;

std::string listed(const std::string& piece) {
    std::string out = piece;
    while (out.size() < bytes) out += ',' + piece;
    return out;
}

// Made when they are needed: this program starts once for each test.
const std::string& numbers() {
    static const std::string out = '[' + listed("0") + ']';
    return out;
}

const std::string& members() {
    static const std::string out = '{' + listed(R"("":0)") + '}';
    return out;
}

hosting watched(const std::string& era = "legacy") {
    return {.arguments = {"--watch-loop", "--metrics-listen", "0"}, .flags = {"--era", era}, .works = era == "legacy"};
}

void expect_short_turns(hosted_fixture& host) {
    EXPECT_EQ(host.metric("mcp_bridge_loop_slow_turns_total"), 0) << host.bridge().log();
    EXPECT_GT(host.metric("mcp_bridge_loop_turns_total"), 20);
}

std::string request_with(std::string_view name, const std::string& value) {
    return R"({"name":"echo","arguments":{},")" + std::string(name) + "\":" + value + '}';
}

class modern_turns_of_servers : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, modern_turns_of_servers, testing::Values("legacy", "modern"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_P(modern_turns_of_servers, are_short_for_any_request) {
    hosted_fixture host(watched(GetParam()));
    modern_client client(host, can_be_asked);
    EXPECT_EQ(client.call("echo").http.status, 200);
    EXPECT_EQ(client.call("echo", R"({"n":)" + numbers() + '}').http.status, 200);
    EXPECT_EQ(client.call("echo", members()).http.status, 200);
    EXPECT_EQ(client.call("echo", "{}", R"(,"n":)" + numbers()).http.status, 200);
    EXPECT_EQ(client.call("echo", "{}", ',' + listed(R"("":0)")).http.status, 400);
    EXPECT_EQ(client.request("tools/call", request_with("n", numbers()), "echo").http.status, 200);
    EXPECT_EQ(client.request("tools/call", R"({"name":"echo",)" + listed(R"("":0)") + '}', "echo").http.status, 400);
    EXPECT_EQ(client.request("prompts/get", R"({"name":"p","arguments":)" + members() + '}', "p").http.status, 404);
    expect_short_turns(host);
}

// A state was decoded, and the digits of a number were compared, before their length was looked at.
TEST_P(modern_turns_of_servers, are_short_for_long_ids_and_states) {
    hosted_fixture host(watched(GetParam()));
    modern_client client(host, can_be_asked);
    EXPECT_EQ(client.call("echo").http.status, 200);
    const std::string state = '"' + std::string(32 * bytes / 2, 'A') + '"';
    const mcp_answer refused = client.request("tools/call", request_with("requestState", state), "echo");
    EXPECT_EQ(error_code(refused.message), -32602);
    EXPECT_THAT(error_text(refused.message), HasSubstr("requestState"));
    for (const std::string& number : {"1." + std::string(32 * bytes / 2, '0'), std::string(32 * bytes / 2, '1')}) {
        modern_message long_id = client.call_message("echo");
        long_id.id = number;
        EXPECT_THAT(error_text(client.send(long_id).message), HasSubstr("1024 are allowed"));
        EXPECT_THAT(error_text(client.call("echo", "{}", R"(,"progressToken":)" + number).message), HasSubstr("1024 are allowed"));
    }
    expect_short_turns(host);
}

TEST_P(modern_turns_of_servers, are_short_for_any_answer) {
    hosted_fixture host(watched(GetParam()));
    modern_client client(host);
    for (const std::string& result :
         {R"({"content":[],"n":)" + numbers() + '}', R"({"content":[],"_meta":)" + members() + '}',
          R"({"content":[],"_meta":{"n":)" + numbers() + "}}", R"({"content":[],"structuredContent":)" + members() + '}'}) {
        const mcp_answer answer = client.call("raw_result", R"({"result":)" + result + '}');
        EXPECT_EQ(answer.at("result/resultType"), R"("complete")") << result.substr(0, 60);
    }
    const mcp_answer failed = client.call("raw_error", R"({"error":{"code":-32030,"message":"m","data":)" + numbers() + "}}");
    EXPECT_EQ(failed.at("error/code"), GetParam() == std::string("modern") ? failed.at("error/code") : "-32603");
    expect_short_turns(host);
}

TEST(modern_turns, are_short_for_questions_and_their_answers) {
    hosted_fixture host(watched());
    modern_client client(host, can_be_asked);
    const modern_message call = client.call_message("ask", R"({"method":"elicitation/create","params":{"message":"m","n":)" + numbers() + "}}");
    const mcp_answer asked = client.send(call);
    EXPECT_EQ(asked.at("result/resultType"), R"("input_required")");
    modern_message retry = call;
    retry.id = client.message("").id;
    retry.params += R"(,"inputResponses":{"q1":{"action":"accept","n":)" + numbers() + R"(}},"requestState":)" + asked.at("result/requestState");
    EXPECT_EQ(client.send(retry).at("result/resultType"), R"("complete")");
    expect_short_turns(host);
}

TEST(modern_turns, are_short_for_a_listen) {
    hosted_fixture host(watched());
    modern_client client(host);
    const auto refused = [&](const std::string& filter) {
        return client.request("subscriptions/listen", R"({"notifications":)" + filter + '}').at("error/message");
    };
    EXPECT_THAT(refused(members()), HasSubstr("members"));
    EXPECT_THAT(refused(R"({"resourceSubscriptions":)" + numbers() + '}'), HasSubstr("bytes long"));
    EXPECT_THAT(refused(R"({"resourceSubscriptions":[0]})"), HasSubstr("no string"));
    expect_short_turns(host);
}

// In front of a server of the modern era, the requests of clients of the older revisions are changed.
TEST(modern_turns, are_short_for_older_clients_of_a_modern_server) {
    hosted_fixture host(watched("modern"));
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("echo", R"({"n":)" + numbers() + '}').http.status, 200);
    EXPECT_EQ(session.call("raw_result", R"({"result":{"content":[],"_meta":)" + members() + "}}").http.status, 200);
    EXPECT_EQ(session.call("raw_result", R"({"result":{"resultType":"input_required","inputRequests":)" + members() + "}}").http.status, 200);
    const std::string question = R"({"q":{"method":"roots/list","params":{"n":)" + numbers() + "}}}";
    EXPECT_EQ(session.call("raw_result", R"({"result":{"resultType":"input_required","inputRequests":)" + question + "}}").http.status, 200);
    expect_short_turns(host);
}

// A text that is quick to read, but takes long to copy.
const std::string& long_text() {
    static const std::string out = '"' + std::string(12 * bytes, 'x') + '"';
    return out;
}

constexpr const char* two_questions = R"({"requests":{"k":{"method":"elicitation/create"},"l":{"method":"elicitation/create"}},"rounds":1})";

// The params and the answers were copied for the envelope, in one turn.
TEST(modern_turns, are_short_for_long_params_and_answers_of_older_clients) {
    hosted_fixture host(watched("modern"));
    mcp_session session = host.client({.capabilities = R"({"elicitation":{}})"}).open();
    EXPECT_GT(session.call("echo", R"({"text":)" + long_text() + "}").message.size(), long_text().size());
    http_client call = session.begin_call("ask_input", two_questions);
    call.read_head();
    for (int i = 0; i < 2; ++i) {
        const auto asked = call.read_event();
        ASSERT_TRUE(asked);
        session.send(R"({"jsonrpc":"2.0","id":)" + std::string(member(asked->data, "id")) + R"(,"result":{"action":"accept","t":)" + long_text() +
                     "}}");
    }
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    const std::string responses(at(answered->data, "result/structuredContent/params/inputResponses"));
    EXPECT_EQ(responses, R"({"k":{"action":"accept","t":)" + long_text() + R"(},"l":{"action":"accept","t":)" + long_text() + "}}");
    expect_short_turns(host);
}

// Only the longest answer of a request was not copied, and none of those to a task; a modern server's task read all of them again.
TEST_P(modern_turns_of_servers, are_short_for_long_answers_to_a_task) {
    hosting how = watched(GetParam());
    how.arguments.insert(how.arguments.end(), {"--task-after", "0.1"});
    hosted_fixture host(how);
    modern_client client(host, R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    const bool is_modern = GetParam() == std::string("modern");
    const mcp_answer handle =
        client.call(is_modern ? "ask_input" : "ask", is_modern ? R"({"requests":{"k":{"method":"elicitation/create"}},"rounds":1,"ms":1500})"
                                                               : R"({"method":"elicitation/create","ms":1500})");
    const std::string id = handle.at("result/taskId");
    ASSERT_GT(id.size(), 2U) << handle.message;
    const auto ask_about = [&](const char* method, const std::string& more) {
        return client.send(client.message(method, R"({"taskId":)" + id + more + '}', id.substr(1, id.size() - 2)));
    };
    const auto has_status = [&](const char* status) { return eventually([&] { return ask_about("tasks/get", "").at("result/status") == status; }); };
    ASSERT_TRUE(has_status(R"("input_required")"));
    ask_about("tasks/update", R"(,"inputResponses":{"q1":{"action":"accept","t":)" + long_text() + "}}");
    EXPECT_TRUE(has_status(R"("completed")"));
    EXPECT_THAT(ask_about("tasks/get", "").message, HasSubstr("xxxxxxxx"));
    expect_short_turns(host);
}

}  // namespace
}  // namespace e2e
