// Promise: what a client and a server of revision 2026-07-28 say to each other passes through the bridge as it is, and a state that the server gives
// its client comes back unchanged, from that client only.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* question = R"({"requests":{"k":{"method":"elicitation/create","params":{"message":"m"}}},"rounds":1})";
constexpr const char* response = R"({"k":{"action":"accept","content":{"n":1.0}}})";
constexpr long invalid_params = -32602;
const std::string key_a = "aaaaaaaaaaaaaaaaaaaaaaaa";
const std::string key_b = "bbbbbbbbbbbbbbbbbbbbbbbb";
const std::string state_key = "MCP_BRIDGE_STATE_KEY=a secret of more than 32 characters";

// `first` again, with an answer and the raw state `state`.
modern_message retry_of(modern_client& client, modern_message first, const std::string& state) {
    first.id = client.message("").id;
    first.params += R"(,"inputResponses":)" + std::string(response) + R"(,"requestState":)" + state;
    return first;
}

std::string state_of(const mcp_answer& answer) {
    return answer.at("result/requestState");
}

void expect_invalid_state(const mcp_answer& refused) {
    EXPECT_EQ(refused.http.status, 200);
    EXPECT_EQ(error_code(refused.message), invalid_params);
    EXPECT_EQ(error_text(refused.message), "Invalid or expired requestState");
}

class modern_both : public testing::TestWithParam<const char*> {
protected:
    static hosting how() { return {.isolation = GetParam(), .flags = {"--era", "modern"}, .works = false}; }
};
IN_ALL_ISOLATIONS(modern_both);

TEST_P(modern_both, discover_call_and_list_what_there_is) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer found = client.discover();
    EXPECT_EQ(found.http.status, 200);
    EXPECT_EQ(found.at("result/supportedVersions"), R"(["2026-07-28"])");
    EXPECT_THAT(found.at("result/_meta"), HasSubstr("stdio-fixture"));
    const mcp_answer listed = client.request("tools/list");
    EXPECT_THAT(listed.at("result/tools"), HasSubstr(R"("name":"echo")"));
    EXPECT_EQ(listed.at("result/ttlMs"), "60000") << "the server says how long a client may keep the list";
}

TEST_P(modern_both, discover_what_the_server_says_of_itself) {
    hosting wanted = how();
    wanted.flags.insert(wanted.flags.end(), {"--capabilities", R"({ "tools" : {},"extensions":{"io.example/x":{ "n":1.0}}})"});
    hosted_fixture host(wanted);
    modern_client client(host);
    const mcp_answer found = client.discover();
    EXPECT_EQ(found.at("result"),
              R"({"resultType":"complete","ttlMs":60000,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":)"
              R"({"name":"stdio-fixture","version":"1.0.0"}},"supportedVersions":["2026-07-28"],)"
              R"("capabilities":{ "tools" : {},"extensions":{"io.example/x":{ "n":1.0}}},"instructions":"be \u006dodern","new":[ 1.0 ]})");
}

// rmcp 3.11 leaves `resultType` out where the result is complete, and strict clients refuse such results.
TEST_P(modern_both, show_clients_a_result_type_that_the_server_has_left_out) {
    hosting wanted = how();
    wanted.flags.emplace_back("--no-result-type");
    hosted_fixture host(wanted);
    modern_client client(host);
    EXPECT_EQ(client.request("tools/list").at("result/resultType"), R"("complete")");
    const mcp_answer called = client.call("slow", R"({"ms":0})");
    EXPECT_EQ(called.at("result"), R"({"content":[{"type":"text","text":"slept"}],"resultType":"complete"})");
    EXPECT_EQ(client.call("ask_input", question).at("result/resultType"), R"("input_required")");
}

// The bridge's own first look has shown that the server works. No process of this client does, for another one has locked what it needs.
TEST(modern_discovery_without_a_process, is_answered_from_what_was_learnt) {
    for (const char* const era : {"legacy", "modern"}) {
        const temp_folder folder;
        hosted_fixture host({.flags = {"--era", era, "--name", "learnt", "--lock", folder.path("lock")}});
        const int other = ::open(folder.path("lock").c_str(), O_RDWR | O_CLOEXEC);
        ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0) << era;
        modern_client client(host);
        const mcp_answer found = client.discover();
        EXPECT_EQ(found.http.status, 200) << era << found.message;
        EXPECT_THAT(found.at("result/_meta"), HasSubstr("learnt")) << era;
        const bool has_own_words = std::string_view(era) == "modern";
        EXPECT_EQ(found.at("result/new"), has_own_words ? "[ 1.0 ]" : "") << era;
        EXPECT_NE(error_code(client.call("echo").message), 0) << era << ": its process does not start";
        ::close(other);
    }
}

TEST_P(modern_both, get_params_and_results_byte_for_byte) {
    hosted_fixture host(how());
    modern_client client(host, R"({"extensions":{"io.example/x":{ "a" : 1.0}},"elicitation":{}})");
    const modern_message sent = client.call_message("echo", R"({"n":1.0,"n":2 , "big":12345678901234567890})", R"(,"vendor": "\u0041")");
    const mcp_answer answer = client.send(sent);
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(echoed(answer), sent.params + R"(,"_meta":{)" + sent.meta + "}}");
    const std::string result = R"({"resultType":"io.example/strange", "ttlMs" : 1.0,"content":[],"_meta":{}})";
    EXPECT_EQ(client.call("raw_result", R"({"result":)" + result + "}").at("result"), result);
}

TEST_P(modern_both, get_errors_byte_for_byte) {
    hosted_fixture host(how());
    modern_client client(host);
    const std::string error = R"({"code":-32021,"message":"m","data":{"requiredCapabilities":{"sampling":{}}}})";
    const mcp_answer refused = client.call("raw_error", R"({"error":)" + error + "}");
    EXPECT_EQ(refused.at("error"), error);
    EXPECT_EQ(refused.http.status, 400);
    EXPECT_EQ(client.request("io.example/unknown").http.status, 404);
}

TEST_P(modern_both, get_progress_with_the_token_of_the_client) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer answer = client.call("progress", R"({"count":2})", R"(,"progressToken":"mine")");
    EXPECT_THAT(answer.earlier, ElementsAre(HasSubstr(R"("progressToken":"mine")"), HasSubstr(R"("progressToken":"mine")")));
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr(R"("progressToken":"mine")"))));
}

TEST_P(modern_both, ask_and_answer_in_several_rounds) {
    hosted_fixture host(how());
    modern_client client(host, R"({"elicitation":{}})");
    const modern_message call =
        client.call_message("ask_input", R"({"requests":{"k":{"method":"elicitation/create","params":{"message":"m"}}},"rounds":2})");
    mcp_answer answer = client.send(call);
    std::string last_state;
    for (int round = 1; round <= 2; ++round) {
        ASSERT_EQ(answer.at("result/resultType"), R"("input_required")") << answer.message;
        EXPECT_EQ(answer.at("result/inputRequests"), R"({"k":{"method":"elicitation/create","params":{"message":"m"}}})");
        EXPECT_THAT(state_of(answer), AllOf(StartsWith("\"s1."), Not(HasSubstr("0041"))));
        last_state = state_of(answer);
        answer = client.send(retry_of(client, call, last_state));
    }
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")");
    const std::string got = echoed(answer);
    EXPECT_THAT(got, HasSubstr(R"("requestState":"2 \u0041\"")")) << "the state that the server gave, byte for byte";
    EXPECT_THAT(got, HasSubstr(std::string(R"("inputResponses":)") + response));
}

TEST_P(modern_both, ask_and_answer_in_large_messages) {
    hosted_fixture host(how());
    modern_client client(host, R"({"elicitation":{}})");
    const std::string filler(200'000, 'x');
    const modern_message call =
        client.call_message("ask_input", R"({"requests":{"k":{"method":"elicitation/create","params":{"message":")" + filler + R"("}}},"rounds":1})");
    const mcp_answer asked = client.send(call);
    ASSERT_EQ(asked.at("result/resultType"), R"("input_required")");
    EXPECT_THAT(asked.at("result/inputRequests"), HasSubstr(filler));
    const mcp_answer done = client.send(retry_of(client, call, state_of(asked)));
    EXPECT_EQ(done.at("result/resultType"), R"("complete")");
    EXPECT_THAT(echoed(done), HasSubstr(R"("requestState":"1 \u0041\"" )"));
    EXPECT_EQ(client.call("big", R"({"bytes":200000})").text(), filler);
}

TEST_P(modern_both, keep_no_tasks_of_the_server) {
    hosted_fixture host(how());
    modern_client client(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{},"io.example/x":{}}})");
    EXPECT_THAT(echoed(client.call("echo")), HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.example/x":{}}})"));
}

TEST_P(modern_both, accept_a_state_from_the_client_that_has_it_only) {
    hosting wanted = how();
    wanted.arguments = {"--key", "a=" + key_a, "--key", "b=" + key_b};
    wanted.headers = {{"Authorization", "Bearer " + key_a}};
    hosted_fixture host(wanted);
    modern_client client(host, "{}", {{"Authorization", "Bearer " + key_a}});
    modern_client thief(host, "{}", {{"Authorization", "Bearer " + key_b}});
    const modern_message call = client.call_message("ask_input", question);
    const std::string state = state_of(client.send(call));
    expect_invalid_state(thief.send(retry_of(thief, thief.call_message("ask_input", question), state)));
    expect_invalid_state(client.send(retry_of(client, client.call_message("ask_input", R"({"rounds":1})"), state)));
    expect_invalid_state(client.send(retry_of(client, call, R"("1 \u0041\"")")));
    std::string changed = state;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    expect_invalid_state(client.send(retry_of(client, call, changed)));
    modern_message twice = retry_of(client, call, state);
    twice.params += R"(,"RequestState":"1 forged")";
    EXPECT_EQ(error_code(client.send(twice).message), -32600) << "a server that reads names without regard to case would read the other one";
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("requestState"))));
    EXPECT_EQ(client.send(retry_of(client, call, state)).at("result/resultType"), R"("complete")");
}

TEST_P(modern_both, continue_with_another_process) {
    hosted_fixture host(how());
    modern_client client(host);
    const modern_message call = client.call_message("ask_input", question);
    const std::string state = state_of(client.send(call));
    const pid_t asker = host.last_child();
    kill(asker, SIGKILL);
    ASSERT_TRUE(eventually([asker] { return !is_running(asker); }));
    EXPECT_EQ(client.send(retry_of(client, call, state)).at("result/resultType"), R"("complete")");
}

TEST_P(modern_both, are_cancelled_when_the_client_leaves) {
    hosted_fixture host(how());
    modern_client client(host);
    {
        const http_client left = client.begin(client.call_message("slow", R"({"ms":30000})"));
        ASSERT_TRUE(host.receives(R"("name":"slow")"));
    }
    // A process for one request ends with it.
    const bool is_fresh = std::string_view(GetParam()) == "request";
    const auto has_ended = [&host] { return !is_running(host.last_child()); };
    EXPECT_TRUE(is_fresh ? eventually(has_ended) : host.receives("notifications/cancelled"));
}

mcp_answer send_to(const bridge_process& bridge, const modern_message& sent) {
    http_client connection = bridge.connect();
    connection.send_request("POST", "/mcp", sent.headers, sent.body());
    return read_answer(connection, sent.id);
}

TEST(modern_both_states, are_opened_by_every_bridge_with_the_same_key_and_command) {
    hosted_fixture host({.flags = {"--era", "modern"}, .environment = {state_key}, .works = false});
    modern_client client(host);
    const modern_message call = client.call_message("ask_input", question);
    const auto bridge_with = [](const std::string& variable, const std::string& name) {
        return bridge_process({.server = {fixture_binary(), "--era", "modern", "--name", name}, .environment = {variable}});
    };
    const bridge_process first = bridge_with(state_key, "one");
    const modern_message retry = retry_of(client, call, state_of(send_to(first, call)));
    EXPECT_EQ(send_to(bridge_with(state_key, "one"), retry).at("result/resultType"), R"("complete")");
    expect_invalid_state(send_to(bridge_with(state_key, "another"), retry));
    expect_invalid_state(send_to(bridge_with("MCP_BRIDGE_STATE_KEY=another secret of more than 32 characters", "one"), retry));
    EXPECT_THAT(first.log(), Not(HasSubstr("MCP_BRIDGE_STATE_KEY")));
}

TEST(modern_both_states, with_a_random_key_are_announced_once) {
    hosted_fixture host({.flags = {"--era", "modern"}, .works = false});
    modern_client client(host);
    client.call("ask_input", question);
    EXPECT_TRUE(host.bridge().logs("MCP_BRIDGE_STATE_KEY"));
}

// Anonymous clients from elsewhere cannot be told apart, so each request has a process of its own.
TEST(modern_both_states, work_for_anonymous_clients_from_elsewhere) {
    hosted_fixture host({.arguments = {"--host", "0.0.0.0", "--allow-anonymous"}, .flags = {"--era", "modern"}, .works = false});
    modern_client client(host, R"({"elicitation":{}})");
    const modern_message call = client.call_message("ask_input", question);
    const mcp_answer asked = client.send(call);
    ASSERT_EQ(asked.at("result/resultType"), R"("input_required")") << asked.message;
    EXPECT_EQ(client.send(retry_of(client, call, state_of(asked))).at("result/resultType"), R"("complete")");
}

// App Service leaves the text of a reference as it is while it may not read the secret.
TEST(modern_both_states, are_not_sealed_with_the_text_of_a_reference) {
    const std::string reference = "MCP_BRIDGE_STATE_KEY=@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/mcp-state-key)";
    hosted_fixture host({.flags = {"--era", "modern"}, .environment = {reference}, .works = false});
    modern_client client(host);
    const modern_message call = client.call_message("ask_input", question);
    const modern_message retry = retry_of(client, call, state_of(client.send(call)));
    EXPECT_TRUE(host.bridge().logs("MCP_BRIDGE_STATE_KEY is a reference that Azure has not replaced by its secret"));
    const bridge_process other({.server = {fixture_binary(), "--era", "modern"}, .environment = {reference}});
    expect_invalid_state(send_to(other, retry));
}

TEST(modern_both_states, need_a_key_that_cannot_be_guessed) {
    const finished_bridge refused = run_bridge({"--", "true"}, {"MCP_BRIDGE_STATE_KEY=short"});
    EXPECT_EQ(refused.status, (exit_status{true, 2}));
    EXPECT_THAT(refused.log, AllOf(HasSubstr("32 characters"), Not(HasSubstr("'short'"))));
}

}  // namespace
}  // namespace e2e
