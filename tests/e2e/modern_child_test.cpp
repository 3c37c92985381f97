// Promise: a client of the legacy era is served as well by a server that speaks the modern era only; it sees nothing of that era.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* all_capabilities = R"({"elicitation":{},"sampling":{},"roots":{"listChanged":true},"extensions":{"v/x":{"a":1.0}}})";

/// One question for each key.
std::string asking(const std::string& requests, int rounds = 1) {
    return R"({"requests":)" + requests + R"(,"rounds":)" + std::to_string(rounds) + "}";
}

std::string question(const std::string& key, const std::string& method, const std::string& params = "{}") {
    return json_string(key) + R"(:{"method":)" + json_string(method) + R"(,"params":)" + params + "}";
}

std::string answer_text(std::string_view asked, const std::string& result) {
    return R"({"jsonrpc":"2.0","id":)" + std::string(member(asked, "id")) + R"(,"result":)" + result + "}";
}

/// The members of the envelope that the server got with its last echo.
std::string in_envelope(const mcp_answer& answer, const std::string& name) {
    return std::string(member(at(echoed(answer), "_meta"), "io.modelcontextprotocol/" + name));
}

class modern_child : public testing::TestWithParam<const char*> {
protected:
    static hosting how(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}, const char* era = "modern") {
        flags.insert(flags.end(), {"--era", era});
        return {.isolation = GetParam(), .arguments = std::move(arguments), .flags = std::move(flags), .works = false};
    }
};
IN_ALL_ISOLATIONS(modern_child);

TEST_P(modern_child, is_initialised_like_any_other) {
    hosted_fixture host(how({}, {"--name", "mod", "--capabilities", R"({"tools":{},"extensions":{"v/x":{},"io.modelcontextprotocol/tasks":{}}})"}));
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    EXPECT_EQ(answer.at("result"), R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{},"extensions":{"v/x":{}}},)"
                                   R"("serverInfo":{"name":"mod","version":"1.0.0"},"instructions":"be \u006dodern"})");
}

TEST_P(modern_child, agrees_on_every_revision_of_the_legacy_era) {
    hosted_fixture host(how());
    for (const char* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
        mcp_session session = host.client({.version = version}).open();
        EXPECT_EQ(session.version(), version);
        EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept") << version;
    }
}

TEST_P(modern_child, gets_every_request_in_its_envelope) {
    hosted_fixture host(how());
    mcp_session session = host.client({.capabilities = all_capabilities}).open();
    const mcp_answer answer = session.request(
        "tools/call",
        R"({"name":"echo","arguments":{"n":1.0,"big":12345678901234567890},"task":{},"inputResponses":{"a":1},"requestState":"s",)"
        R"("_meta":{"x/y":1e2,"io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/logLevel":"debug"}})");
    EXPECT_EQ(in_envelope(answer, "protocolVersion"), R"("2026-07-28")");
    const bool is_own = std::string_view(GetParam()) == "session";
    EXPECT_EQ(in_envelope(answer, "clientCapabilities"),
              is_own ? R"({"elicitation":{},"sampling":{},"roots":{},"extensions":{"v/x":{"a":1.0}}})" : "{}");
    EXPECT_EQ(in_envelope(answer, "logLevel"), R"("info")");
    EXPECT_EQ(at(echoed(answer), "arguments"), R"({"n":1.0,"big":12345678901234567890})");
    EXPECT_EQ(member(at(echoed(answer), "_meta"), "x/y"), "1e2");
    EXPECT_THAT(echoed(answer), AllOf(Not(HasSubstr("inputResponses")), Not(HasSubstr("requestState")), Not(HasSubstr(R"("task")"))));
}

TEST_P(modern_child, shows_nothing_of_its_era_in_results) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    EXPECT_THAT(session.request("tools/list").message,
                AllOf(HasSubstr(R"("result":{"tools":[)"), Not(HasSubstr("resultType")), Not(HasSubstr("ttlMs")), Not(HasSubstr("_meta"))));
    EXPECT_EQ(session.call("raw_result", R"({"result":{ "_meta":{"v/x":1.0} ,"content":[]}})").at("result"), R"({"_meta":{"v/x":1.0},"content":[]})");
    EXPECT_EQ(session.call("raw_result", R"({"result":{}})").at("result"), "{}");
    EXPECT_EQ(session.request("ping").at("result"), "{}");
    EXPECT_THAT(session.call("big", R"({"bytes":1000000})").text(), SizeIs(1'000'000));
    // Large messages go another way through the bridge.
    const std::string large(1'000'000, 'x');
    const mcp_answer echo =
        session.request("tools/call", R"({"_meta":{"v/x":1.0},"name":"echo","requestState":"s","arguments":{"a":")" + large + "\"}}");
    EXPECT_EQ(at(echoed(echo), "arguments"), R"({"a":")" + large + "\"}");
    EXPECT_EQ(member(at(echoed(echo), "_meta"), "v/x"), "1.0");
    EXPECT_THAT(echo.message, AllOf(Not(HasSubstr("resultType")), Not(HasSubstr("serverInfo")), Not(HasSubstr("requestState"))));
    const mcp_answer array = session.call("raw_result", R"({"result":{"content":[],"structuredContent":[")" + large + R"("]}})");
    EXPECT_EQ(array.at("result"), R"({"content":[],"structuredContent":{"result":[")" + large + R"("]}})");
}

TEST_P(modern_child, is_not_asked_what_only_the_legacy_era_has) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    for (const char* method : {"tasks/list", "tasks/get"}) EXPECT_NE(error_code(session.request(method, "{}").message), 0) << method;
    EXPECT_THAT(host.received_methods(), Not(testing::Contains(testing::StartsWith("tasks/"))));
    EXPECT_EQ(error_code(session.request("x_vendor/unknown").message), -32601);
    EXPECT_THAT(host.received_methods(), testing::Contains("x_vendor/unknown"));
}

TEST_P(modern_child, sends_progress_with_the_clients_token) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    const mcp_answer answer = session.request("tools/call", R"({"_meta":{"progressToken":"t"},"name":"progress","arguments":{"count":2}})");
    EXPECT_EQ(answer.text(), "finished");
    ASSERT_THAT(answer.earlier, SizeIs(2));
    EXPECT_EQ(at(answer.earlier[0], "params/progressToken"), R"("t")");
}

TEST_P(modern_child, is_told_of_a_cancellation) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives(R"("name":"slow")"));
    const std::string number(member(host.line_with(R"("name":"slow")"), "id"));
    session.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(session.last_request_id()) + "}");
    EXPECT_TRUE(host.receives(R"("notifications/cancelled","params":{"requestId":)" + number));
}

TEST_P(modern_child, is_started_again_in_its_own_era) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_EQ(error_code(session.call("crash").message), -32603);
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_EQ(std::ranges::count(host.received_methods(), "initialize"), 1);
    EXPECT_THAT(host.bridge().log(), HasSubstr("was not opened in the legacy era"));
}

// The revision has no `initialize`, and leaves open with which error a server refuses it.
TEST_P(modern_child, is_found_with_whatever_error_it_refuses_initialize) {
    for (const char* const code : {"-32602", "-32600", "-32603", "-32000"}) {
        hosted_fixture host(how({}, {"--initialize-error", code}));
        mcp_session session = host.client().open();
        EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept") << code;
    }
}

// Both are refused, and one of the two tries the era. The client got the error of its own process.
TEST_P(modern_child, is_found_beside_the_bridges_own_first_look) {
    for (int i = 0; i < 5; ++i) {
        hosted_fixture host(how({"--limit", "trial-after=0"}, {"--initialize-error", "-32602"}));
        mcp_session session = host.client().open();
        EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    }
}

TEST_P(modern_child, shows_its_era_to_one_process_for_all_clients) {
    hosted_fixture host(how({}, {"--start-delay", "100"}));
    std::vector<mcp_session> sessions;
    std::vector<http_client> answers;
    for (int i = 0; i < 5; ++i) {
        sessions.push_back(host.client());
        answers.push_back(
            sessions.back().begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}})"));
    }
    for (http_client& each : answers) EXPECT_THAT(read_answer(each, 1).message, HasSubstr("serverInfo"));
    EXPECT_EQ(std::ranges::count(host.received_methods(), "initialize"), 1);
}

TEST_P(modern_child, needs_no_second_place_for_that) {
    hosted_fixture host(how({"--max-children", "1"}));
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
}

TEST_P(modern_child, that_speaks_both_eras_is_opened_in_the_clients) {
    hosted_fixture host(how({}, {}, "dual"));
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_THAT(host.received_methods(), Not(testing::Contains("server/discover")));
}

TEST_P(modern_child, is_never_sent_initialize_if_the_operator_says_so) {
    hosted_fixture host(how({"--child-era", "modern"}, {}, "dual"));
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_THAT(host.received_methods(), AllOf(testing::Contains("server/discover"), Not(testing::Contains("initialize"))));
}

TEST_P(modern_child, refuses_clients_if_the_operator_calls_it_legacy) {
    hosted_fixture host(how({"--child-era", "legacy"}));
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    EXPECT_EQ(error_code(answer.message), -32022) << answer.message;
    EXPECT_THAT(host.received_methods(), Not(testing::Contains("server/discover")));
}

// Which of its two refusals the client gets depends on the openings of others at that time.
TEST_P(modern_child, of_neither_era_fails_with_its_own_words) {
    hosted_fixture host(how({}, {"--refuse", "server/discover"}));
    mcp_session session = host.client();
    EXPECT_THAT(session.initialize().message, testing::AnyOf(HasSubstr("Unsupported protocol version"), HasSubstr("refused as told")));
}

TEST_P(modern_child, that_ends_while_it_is_opened_is_reported) {
    hosted_fixture host(how({}, {"--crash-on", "server/discover", "--last-words", "no luck"}));
    mcp_session session = host.client();
    EXPECT_THAT(session.initialize().message, AllOf(HasSubstr("could not be initialised"), HasSubstr("no luck")));
}

TEST_P(modern_child, that_says_nothing_is_given_up_in_time) {
    hosted_fixture host(how({"--limit", "start-timeout=0.5"}, {"--silent-on", "server/discover"}));
    mcp_session session = host.client();
    EXPECT_THAT(session.initialize().message, HasSubstr("did not answer server/discover in time"));
}

TEST_P(modern_child, is_understood_behind_a_banner) {
    hosted_fixture host(how({}, {"--banner", "3"}));
    mcp_session session = host.client().open();
    EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
}

TEST_P(modern_child, serves_clients_of_http_sse) {
    hosted_fixture host(how());
    sse_session client(host.port());
    client.open();
    EXPECT_EQ(client.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_EQ(client.request("ping").at("result"), "{}");
    EXPECT_THAT(client.request("tools/list").message, Not(HasSubstr("resultType")));
}

TEST_P(modern_child, may_answer_with_structured_content_that_is_no_object) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    const mcp_answer answer = session.call("raw_result", R"({"result":{"content":[],"structuredContent":[1.0,2]}})");
    EXPECT_EQ(answer.at("result/structuredContent"), R"({"result":[1.0,2]})");
    EXPECT_THAT(session.call("raw_result", R"({"result":{"resultType":"task","taskId":"t"}})").at("result/isError"), "true");
}

// Such an answer became the empty result {}, as if the call had done well.
TEST_P(modern_child, that_answers_with_no_object_fails_the_call) {
    hosted_fixture host(how());
    mcp_session session = host.client().open();
    const std::string large = R"([\")" + std::string(100'000, 'x') + R"(\"])";
    for (const std::string& result : {std::string("[1.0]"), std::string(R"(\"data\")"), std::string("null"), std::string("7"), large}) {
        const mcp_answer answer = session.call("line", R"({"text":"{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":)" + result + R"(}"})");
        EXPECT_EQ(answer.at("result/isError"), "true") << result.substr(0, 20);
        EXPECT_THAT(answer.text(), HasSubstr("its result is no object"));
    }
}

// ---- questions: only a child of the client's own can ask it

class modern_child_of_a_session : public testing::Test {
protected:
    static hosting how(std::vector<std::string> arguments = {}) {
        return {.arguments = std::move(arguments), .flags = {"--era", "modern"}, .works = false};
    }
    hosted_fixture host_{how()};
    mcp_session session_ = host_.client({.capabilities = all_capabilities}).open();
};

TEST_F(modern_child_of_a_session, asks_the_client_on_the_stream_of_the_call) {
    // An older call is in flight, whose stream carries none of the questions.
    http_client older = session_.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host_.receives(R"("name":"slow")"));
    const std::string form = R"({"message":"\ud83d","requestedSchema":{"type":"object","properties":{}},"n":1.0})";
    http_client call =
        session_.begin_call("ask_input", asking("{" + question("k\\u0041", "elicitation/create", form) + "," + question("r", "roots/list") + "}"));
    ASSERT_TRUE(call.read_head().is_event_stream());
    const auto first = call.read_event();
    const auto second = call.read_event();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(member(first->data, "params"), form);
    EXPECT_EQ(member(second->data, "method"), R"("roots/list")");
    session_.send(answer_text(second->data, R"({"roots":[]})"));
    session_.send(answer_text(first->data, R"({"action":"accept","content":{"x":1e400}})"));
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    const std::string params(at(answered->data, "result/structuredContent/params"));
    EXPECT_EQ(member(params, "inputResponses"), R"({"k\\u0041":{"action":"accept","content":{"x":1e400}},"r":{"roots":[]}})");
    EXPECT_EQ(member(params, "requestState"), R"("1 \u0041\"")");
    EXPECT_EQ(at(params, "arguments/rounds"), "1");
    EXPECT_FALSE(call.read_event());
}

TEST_F(modern_child_of_a_session, asks_several_rounds_and_may_wait_without_a_question) {
    http_client call = session_.begin_call("ask_input", asking("{" + question("k", "elicitation/create") + "}", 3));
    call.read_head();
    for (int round = 1; round <= 3; ++round) {
        const auto asked = call.read_event();
        ASSERT_TRUE(asked);
        EXPECT_EQ(member(asked->data, "id"), std::to_string(round));
        session_.send(answer_text(asked->data, R"({"action":"decline"})"));
    }
    EXPECT_THAT(call.read_event()->data, HasSubstr(R"("requestState":"3 )"));
    EXPECT_THAT(session_.call("ask_input", R"({"rounds":2})").message, HasSubstr(R"("requestState":"2 )"));
}

TEST_F(modern_child_of_a_session, may_not_ask_without_end) {
    http_client call = session_.begin_call("ask_input", asking("{" + question("k", "roots/list") + "}", 99));
    call.read_head();
    for (int round = 1; round <= 10; ++round) session_.send(answer_text(call.read_event()->data, "{}"));
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_EQ(at(answered->data, "result/isError"), "true");
    EXPECT_THAT(answered->data, HasSubstr("more than 10 times"));
}

TEST_F(modern_child_of_a_session, gets_no_answer_if_the_client_has_none) {
    http_client call =
        session_.begin_call("ask_input", asking("{" + question("a", "roots/list") + "," + question("b", "sampling/createMessage") + "}"));
    call.read_head();
    const auto first = call.read_event();
    ASSERT_TRUE(first && call.read_event());
    session_.send(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"the user said no"}})");
    const auto withdrawn = call.read_event();
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(member(withdrawn->data, "method"), R"("notifications/cancelled")");
    EXPECT_EQ(at(withdrawn->data, "params/requestId"), "2");
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_EQ(at(answered->data, "result/isError"), "true");
    EXPECT_THAT(answered->data, HasSubstr("the user said no"));
    // The other question is settled: an answer to it changes nothing.
    session_.send(answer_text(R"({"id":2})", "{}"));
    EXPECT_EQ(session_.call("slow", R"({"ms":0})").text(), "slept");
}

TEST_F(modern_child_of_a_session, does_not_ask_what_the_client_cannot_answer) {
    mcp_session other = host_.client().open();
    const mcp_answer answer = other.call("ask_input", asking("{" + question("a", "elicitation/create") + "}"));
    EXPECT_TRUE(answer.earlier.empty());
    EXPECT_EQ(answer.at("result/isError"), "true");
    EXPECT_THAT(answer.text(), HasSubstr("elicitation/create"));
}

TEST_F(modern_child_of_a_session, stops_asking_when_the_call_is_cancelled) {
    http_client call = session_.begin_call("ask_input", asking("{" + question("a", "roots/list") + "}"));
    call.read_head();
    ASSERT_TRUE(call.read_event());
    session_.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(session_.last_request_id()) + "}");
    const auto withdrawn = call.read_event();
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(member(withdrawn->data, "method"), R"("notifications/cancelled")");
    EXPECT_FALSE(call.read_event());
    session_.send(answer_text(R"({"id":1})", "{}"));
    EXPECT_EQ(session_.call("slow", R"({"ms":0})").text(), "slept");
    EXPECT_THAT(host_.line_with("inputResponses"), IsEmpty());
}

TEST_F(modern_child_of_a_session, that_ends_while_the_client_is_asked_fails_the_call) {
    http_client call = session_.begin_call("ask_input", asking("{" + question("a", "roots/list") + "}"));
    call.read_head();
    ASSERT_TRUE(call.read_event());
    ::kill(host_.last_child(), SIGKILL);
    EXPECT_EQ(member(call.read_event()->data, "method"), R"("notifications/cancelled")");
    EXPECT_EQ(error_code(call.read_event()->data), -32603);
    EXPECT_EQ(session_.call("slow", R"({"ms":0})").text(), "slept");
}

TEST_F(modern_child_of_a_session, asks_clients_of_http_sse_too) {
    sse_session client(host_.port(), {.capabilities = all_capabilities});
    client.open();
    const long id = client.begin_call("ask_input", asking("{" + question("u", "elicitation/create", R"({"mode":"url","url":"u:"})") + "}"));
    const auto asked = client.next();
    ASSERT_TRUE(asked);
    EXPECT_THAT(*asked, HasSubstr(R"("elicitationId":")"));
    client.post(answer_text(*asked, R"({"action":"accept"})"));
    EXPECT_THAT(client.answer_to(id).message, HasSubstr(R"("inputResponses":{"u":{"action":"accept"}})"));
}

TEST_F(modern_child_of_a_session, logs_as_much_as_the_client_wants) {
    EXPECT_THAT(session_.call("log", R"({"count":1})").earlier, SizeIs(1));
    EXPECT_EQ(session_.request("logging/setLevel", R"({"level":"warning"})").at("result"), "{}");
    EXPECT_EQ(in_envelope(session_.call("echo"), "logLevel"), R"("warning")");
    EXPECT_EQ(error_code(session_.request("logging/setLevel", R"({"level":"loud"})").message), -32602);
    // The level outlives the process.
    session_.call("crash");
    EXPECT_EQ(in_envelope(session_.call("echo"), "logLevel"), R"("warning")");
}

}  // namespace
}  // namespace e2e
