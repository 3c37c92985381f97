// Promise: a client of revision 2026-07-28 is served without a session, by a server that knows the legacy revisions only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr long header_mismatch = -32020;
constexpr long unsupported_version = -32022;
constexpr long invalid_params = -32602;
constexpr long method_not_found = -32601;

class modern : public testing::TestWithParam<const char*> {
protected:
    static hosting how(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}) {
        return {.isolation = GetParam(), .arguments = std::move(arguments), .flags = std::move(flags)};
    }
};
IN_ALL_ISOLATIONS(modern);

TEST_P(modern, discovers_what_the_server_said_at_its_initialize) {
    hosted_fixture host(how({}, {"--capabilities", R"({"tools":{"listChanged":true},"tasks":{"list":{}},"x":{"y":1.0}})"}));
    modern_client client(host);
    const mcp_answer found = client.discover();
    EXPECT_EQ(found.http.status, 200);
    EXPECT_EQ(found.at("id"), "0");
    EXPECT_EQ(found.at("result/resultType"), R"("complete")");
    EXPECT_EQ(found.at("result/supportedVersions"), R"(["2026-07-28"])");
    EXPECT_THAT(found.at("result/capabilities"), AllOf(HasSubstr(R"("x":{"y":1.0})"), Not(HasSubstr("tasks"))));
    // A process that ends with its request can report no change.
    EXPECT_EQ(found.at("result/capabilities").find("listChanged") == std::string::npos, std::string_view(GetParam()) == "request");
    EXPECT_EQ(found.at("result/ttlMs"), "0");
    EXPECT_EQ(found.at("result/cacheScope"), R"("private")");
    EXPECT_THAT(found.at("result/_meta"), HasSubstr(R"("io.modelcontextprotocol/serverInfo":{"name":"stdio-fixture")"));
    EXPECT_EQ(found.http.headers.count("mcp-session-id"), 0U);
}

TEST_P(modern, calls_a_tool_and_hides_the_envelope_from_the_server) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer answer = client.call("echo", R"({"n":1.0,"n":2})");
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(answer.http.header("content-type"), "application/json");
    EXPECT_EQ(answer.http.headers.count("mcp-session-id"), 0U);
    EXPECT_EQ(echoed(answer), R"({"name":"echo","arguments":{"n":1.0,"n":2}})");
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")");
    EXPECT_EQ(answer.at("result/ttlMs"), "");

    modern_message traced = client.call_message("echo", "{}", R"(,"traceparent":"00-1")");
    traced.params += R"(,"inputResponses":{},"task":{"ttl":1})";
    EXPECT_EQ(echoed(client.send(traced)), R"({"name":"echo","arguments":{},"_meta":{"traceparent":"00-1"}})");
}

TEST_P(modern, completes_lists_and_keeps_what_the_server_says_itself) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer list = client.request("tools/list");
    EXPECT_EQ(list.at("result/resultType"), R"("complete")");
    EXPECT_EQ(list.at("result/ttlMs"), "0");
    EXPECT_EQ(list.at("result/cacheScope"), R"("private")");
    EXPECT_THAT(list.at("result/tools"), HasSubstr(R"("name":"echo")"));

    const mcp_answer own = client.call("raw_result", R"({"result":{"resultType":"odd","content":[],"_meta":{"a":1}}})");
    EXPECT_EQ(own.at("result/resultType"), R"("complete")");
    EXPECT_EQ(own.at("result/_meta/a"), "1");
    EXPECT_EQ(client.call("raw_result", R"({"result":{}})").at("result/resultType"), R"("complete")");
}

TEST_P(modern, serves_large_requests_and_answers) {
    hosted_fixture host(how());
    modern_client client(host);
    const std::string large(300'000, 'x');
    EXPECT_THAT(echoed(client.call("echo", R"({"text":")" + large + R"("})")), AllOf(HasSubstr(large), Not(HasSubstr("clientCapabilities"))));
    const mcp_answer big = client.call("big", R"({"bytes":300000})");
    EXPECT_EQ(big.text().size(), 300'000U);
    EXPECT_EQ(big.at("result/resultType"), R"("complete")");
}

TEST_P(modern, gives_errors_the_codes_and_statuses_of_the_revision) {
    hosted_fixture host(how());
    modern_client client(host);
    const auto error = [&client](const char* code) {
        return client.call("raw_error", R"({"error":{"message":"m","code":)" + std::string(code) + "}}");
    };
    struct expectation {
        const char* given;
        long code;
        int status;
    };
    for (const auto& each : {expectation{"-32002", invalid_params, 200}, expectation{"-32601", method_not_found, 404},
                             expectation{"-32602", invalid_params, 200}, expectation{"-32021", -32603, 200}, expectation{"17", 17, 200}}) {
        const mcp_answer answer = error(each.given);
        EXPECT_EQ(error_code(answer.message), each.code) << each.given;
        EXPECT_EQ(answer.http.status, each.status) << each.given;
    }
    EXPECT_EQ(error("-32021").at("error/data/originalCode"), "-32021");
    const mcp_answer unknown = client.request("vendor/method");
    EXPECT_EQ(unknown.http.status, 404);
    EXPECT_EQ(error_text(unknown.message), "Method not found: vendor/method");
}

TEST_P(modern, refuses_removed_methods_without_the_server) {
    hosted_fixture host(how());
    modern_client client(host);
    client.call("echo");
    const auto before = host.received();
    for (const char* method :
         {"ping", "initialize", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/list", "tasks/result"}) {
        const mcp_answer answer = client.request(method);
        EXPECT_EQ(answer.http.status, 404) << method;
        EXPECT_EQ(error_code(answer.message), method_not_found) << method;
    }
    EXPECT_EQ(host.received(), before);
}

TEST_P(modern, passes_progress_with_the_token_of_the_client) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer answer = client.call("progress", R"({"count":2})", R"(,"progressToken":"mine")");
    ASSERT_THAT(answer.earlier, SizeIs(2));
    EXPECT_EQ(at(answer.earlier[0], "params/progressToken"), R"("mine")");
    EXPECT_EQ(answer.text(), "finished");
    EXPECT_THAT(client.call("progress", R"({"count":2})").earlier, IsEmpty());
}

TEST(modern_requests, get_log_messages_only_from_the_level_that_they_ask_for) {
    hosted_fixture host;
    modern_client client(host);
    EXPECT_THAT(client.call("log", R"({"count":2})").earlier, IsEmpty());
    EXPECT_THAT(client.call("log", R"({"count":2})", R"(,"io.modelcontextprotocol/logLevel":"info")").earlier, SizeIs(2));
    EXPECT_THAT(client.call("log", R"({"count":2})", R"(,"io.modelcontextprotocol/logLevel":"warning")").earlier, IsEmpty());
    EXPECT_THAT(client.call("log", R"({"count":2})").earlier, IsEmpty());
    EXPECT_THAT(host.line_with("logging/setLevel"), HasSubstr(R"("level":"info")"));
    const mcp_answer odd = client.call("log", "{}", R"(,"io.modelcontextprotocol/logLevel":"loud")");
    EXPECT_EQ(odd.http.status, 400);
    EXPECT_EQ(error_code(odd.message), invalid_params);
}

// The Go SDK's servers handle requests side by side: the call ran before the level held, and its message was never written.
TEST(modern_requests, that_want_log_messages_wait_until_their_server_knows_the_level) {
    hosted_fixture host({.flags = {"--capabilities", R"({"tools":{},"logging":{}})", "--level-after", "300"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_THAT(client.call("log", "{}", R"(,"io.modelcontextprotocol/logLevel":"info")").earlier, SizeIs(1));
    EXPECT_THAT(client.call("log", "{}", R"(,"io.modelcontextprotocol/logLevel":"info")").earlier, SizeIs(1));
}

// The second one did not set the level, so it ran before the first one's level held.
TEST(modern_requests, that_want_the_same_log_messages_wait_for_the_one_that_sets_the_level) {
    hosted_fixture host({.flags = {"--capabilities", R"({"tools":{},"logging":{}})", "--level-after", "300"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    http_client first = client.begin(client.call_message("echo", "{}", R"(,"io.modelcontextprotocol/logLevel":"info")"));
    ASSERT_TRUE(host.receives("logging/setLevel"));
    EXPECT_THAT(client.call("log", "{}", R"(,"io.modelcontextprotocol/logLevel":"info")").earlier, SizeIs(1));
}

TEST(modern_requests, must_have_an_envelope) {
    hosted_fixture host;
    modern_client client(host);
    const std::string version = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")";
    const std::string capabilities = R"("io.modelcontextprotocol/clientCapabilities":{})";
    const auto answer_to = [&client](std::string meta) {
        modern_message message = client.message("tools/list");
        message.meta = std::move(meta);
        return client.send(message);
    };
    for (const std::string& meta : {std::string(), capabilities, version, version + R"(,"io.modelcontextprotocol/clientCapabilities":1)"}) {
        const mcp_answer refused = answer_to(meta);
        EXPECT_EQ(refused.http.status, 400) << meta;
        EXPECT_EQ(error_code(refused.message), invalid_params) << meta;
    }
    EXPECT_EQ(answer_to(version + ',' + capabilities).http.status, 200) << "a client need not say its name";
}

TEST(modern_requests, name_a_revision_that_the_bridge_knows) {
    hosted_fixture host;
    modern_client client(host);
    modern_message unknown = client.message("tools/list");
    unknown.headers.erase("MCP-Protocol-Version");
    unknown.headers.emplace("MCP-Protocol-Version", "2031-01-01");
    unknown.meta = R"("io.modelcontextprotocol/protocolVersion":"2031-01-01","io.modelcontextprotocol/clientCapabilities":{})";
    const mcp_answer refused = client.send(unknown);
    EXPECT_EQ(refused.http.status, 400);
    EXPECT_EQ(error_code(refused.message), unsupported_version);
    EXPECT_EQ(refused.at("error/data/supported"), R"(["2026-07-28"])");
    EXPECT_EQ(refused.at("error/data/requested"), R"("2031-01-01")");
}

TEST(modern_requests, have_headers_that_repeat_the_body) {
    hosted_fixture host;
    modern_client client(host);
    const auto answer_to = [&client](const char* name, const char* value, const char* tool = "echo") {
        modern_message message = client.call_message(tool);
        message.headers.erase(name);
        if (value != nullptr) message.headers.emplace(name, value);
        return client.send(message);
    };
    const std::vector<std::pair<const char*, const char*>> wrong = {{"MCP-Protocol-Version", nullptr},
                                                                    {"MCP-Protocol-Version", "2025-11-25"},
                                                                    {"Mcp-Method", nullptr},
                                                                    {"Mcp-Method", "tools/list"},
                                                                    {"Mcp-Method", "Tools/Call"},
                                                                    {"Mcp-Name", nullptr},
                                                                    {"Mcp-Name", "Echo"},
                                                                    {"Mcp-Name", "=?base64?ZWNobw?="},
                                                                    {"Mcp-Name", "=?base64?!!!!?="},
                                                                    {"Mcp-Name", "=?base64?ZWNobx==?="}};
    for (const auto& [name, value] : wrong) {
        const mcp_answer refused = answer_to(name, value);
        EXPECT_EQ(refused.http.status, 400) << name << (value != nullptr ? value : "");
        EXPECT_EQ(error_code(refused.message), header_mismatch) << name << (value != nullptr ? value : "");
        EXPECT_EQ(refused.at("id").empty(), false);
    }
    EXPECT_EQ(answer_to("Mcp-Name", "=?base64?ZWNobw==?=").http.status, 200);
    EXPECT_EQ(answer_to("Mcp-Name", "  echo ").http.status, 200);
    EXPECT_EQ(answer_to("Mcp-Name", "=?base64?w6TDtg==?=", "\u00E4\u00F6").http.status, 200);
}

TEST(modern_requests, may_have_headers_for_arguments_that_no_tool_speaks_of) {
    hosted_fixture host;
    modern_client client(host);
    const auto answer_to = [&client](const char* value) {
        modern_message message = client.call_message("raw_result", R"({"result":{}})");
        if (value != nullptr) message.headers.emplace("Mcp-Param-Region", value);
        return client.send(message).http.status;
    };
    EXPECT_EQ(answer_to("anything"), 200) << "a header that no tool speaks of means nothing";
    EXPECT_EQ(answer_to(nullptr), 200);
}

TEST(modern_requests, have_headers_that_repeat_the_arguments_for_every_reader) {
    hosted_fixture host;
    modern_client client(host);
    const auto answer_to = [&client](const char* arguments, const http_headers& headers, const char* more = "") {
        modern_message message = client.call_message("mirrored", arguments);
        message.params += more;
        message.headers.insert(headers.begin(), headers.end());
        return client.send(message);
    };
    const http_headers region = {{"Mcp-Param-Region", "eu"}};
    EXPECT_EQ(answer_to(R"({"region":"eu","n":9007199254740993})", {{"Mcp-Param-Region", "eu"}, {"Mcp-Param-N", "9007199254740993"}}).text(), "ok");
    EXPECT_EQ(answer_to(R"({"n":1.0})", {{"Mcp-Param-N", "1"}}).text(), "ok");
    EXPECT_EQ(answer_to("{}", {}).text(), "ok");

    const std::vector<std::pair<const char*, http_headers>> wrong = {{R"({"n":9007199254740992})", {{"Mcp-Param-N", "9007199254740993"}}},
                                                                     {R"({"n":1})", {{"Mcp-Param-N", "1.0000000001"}}},
                                                                     {"{}", region},
                                                                     {R"({"region":null})", region},
                                                                     {R"({"region":"eu","region":"eu"})", region},
                                                                     {R"({"region":"eu","Region":"us"})", region}};
    for (const auto& [arguments, headers] : wrong) {
        const mcp_answer refused = answer_to(arguments, headers);
        EXPECT_EQ(refused.http.status, 400) << arguments;
        EXPECT_EQ(error_code(refused.message), header_mismatch) << arguments;
    }
    const auto before = host.received();
    for (const char* const more : {R"(,"Arguments":{"region":"us"})", R"(,"arguments":{"region":"us"})"}) {
        EXPECT_EQ(error_code(answer_to(R"({"region":"eu"})", region, more).message), -32600) << more;
    }
    EXPECT_EQ(host.received(), before) << "the server has seen none of them";
}

TEST(modern_requests, are_the_only_messages_that_have_an_effect) {
    hosted_fixture host;
    modern_client client(host);
    client.call("echo");
    const auto before = host.received();
    const http_response notified = client.post(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}})");
    EXPECT_EQ(notified.status, 202);
    EXPECT_EQ(notified.body, "");
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","id":1,"result":{}})").status, 400);
    const http_response batch = client.post(R"([{"jsonrpc":"2.0","id":1,"method":"tools/list"}])");
    EXPECT_EQ(batch.status, 400);
    EXPECT_EQ(error_code(batch.body), -32600);
    EXPECT_EQ(host.received(), before);
}

TEST(modern_requests, are_cancelled_by_a_client_that_closes_the_reply) {
    hosted_fixture host;
    modern_client client(host);
    for (const bool has_begun : {false, true}) {
        const std::string more = has_begun ? R"(,"progressToken":1)" : "";
        const std::string mark = has_begun ? "second" : "first";
        http_client connection =
            client.begin(client.call_message(has_begun ? "progress" : "slow", R"({"count":2,"ms":600000,"who":")" + mark + R"("})", more));
        ASSERT_TRUE(host.receives(mark));
        if (has_begun) {
            connection.read_head();
            ASSERT_TRUE(connection.read_event());
        }
        connection.close();
        ASSERT_TRUE(host.receives("notifications/cancelled"));
        const std::string number(member(host.line_with(mark), "id"));
        EXPECT_TRUE(host.receives(R"("requestId":)" + number));
    }
    EXPECT_EQ(client.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
