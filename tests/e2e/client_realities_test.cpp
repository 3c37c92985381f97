// Promise: the programs that people use against a remote server get what they need, each as it is; every test
// writes what its client writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/as_written.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* key = "client-key-0123456789";
constexpr const char* initialized = R"({"method":"notifications/initialized","jsonrpc":"2.0"})";
constexpr const char* list_changed = R"({"method":"notifications/tools/list_changed","after_answer":true})";
const std::string initialize = R"({"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
                               R"("clientInfo":{"name":"client","version":"1"}},"jsonrpc":"2.0","id":0})";
const std::string ping = R"({"method":"ping","jsonrpc":"2.0","id":9})";
const std::string progress = R"({"method":"tools/call","params":{"name":"progress","arguments":{"count":1},)"
                             R"("_meta":{"progressToken":1}},"jsonrpc":"2.0","id":1})";
const header_lines of_session = {"mcp-session-id: @ID@", "mcp-protocol-version: 2025-11-25"};

class client_realities : public in_both_isolations {
protected:
    static hosting guarded(std::vector<std::string> arguments = {}) {
        hosting host = how(std::move(arguments));
        host.environment = {std::string("MCP_BRIDGE_KEYS=client=") + key};
        return host;
    }
    // "Servers that require a session ID SHOULD respond to requests without" it "with HTTP 400 Bad Request" (specification, Transports, Session
    // Management). Cursor tries for ever after such an answer, but only a server that gives it no session id gets such a request from it.
    static void expect_no_session(const http_response& answer) {
        EXPECT_EQ(answer.status, 400);
        EXPECT_THAT(answer.body, HasSubstr("Mcp-Session-Id"));
        EXPECT_EQ(answer.header("content-type"), "application/json");
    }
    static void expect_notice(http_client& stream) {
        const auto event = stream.read_event();
        ASSERT_TRUE(event);
        EXPECT_THAT(event->data, HasSubstr("notifications/tools/list_changed"));
    }
};
IN_BOTH_ISOLATIONS(client_realities);

const header_lines vs_code = {"X-Configured: by the user", "Content-Type: application/json", "Accept: text/event-stream, application/json",
                              "connection: close", "user-agent: node"};
const header_lines vs_code_get = {"X-Configured: by the user", "Accept: text/event-stream", "connection: close", "user-agent: node"};
const std::string vs_code_initialize = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":)"
                                       R"({"roots":{"listChanged":true},"sampling":{},"elicitation":{"form":{},"url":{}}},)"
                                       R"("clientInfo":{"name":"Visual Studio Code","version":"1.132.0"}}})";

TEST_P(client_realities, vs_code_opens_the_get_first_and_comes_back_to_it) {
    hosted_fixture host(how());
    written_client client(host, vs_code, vs_code_get, "/mcp?folder=a%20b");
    const http_response opened = client.open(vs_code_initialize, {"Mcp-Session-Id: @ID@"});
    EXPECT_EQ(opened.status, 200);
    EXPECT_EQ(opened.header("content-type"), "application/json");
    EXPECT_EQ(member(opened.body, "id"), "1");
    http_client stream = client.begin_get();
    EXPECT_TRUE(stream.read_head().is_event_stream());
    const auto bookmark = stream.read_any_event();
    ASSERT_TRUE(bookmark && bookmark->is_bookmark());
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").status, 202);
    EXPECT_EQ(client.post(call_text("2", "notify", list_changed)).status, 200);
    const auto first = stream.read_event();
    ASSERT_TRUE(first);
    EXPECT_THAT(first->data, HasSubstr("list_changed"));

    stream.close();
    http_client again = client.begin_get({"Last-Event-ID: " + first->id});
    EXPECT_TRUE(again.read_head().is_event_stream()) << "from 400 on it never asks again";
    EXPECT_EQ(client.post(call_text("3", "notify", list_changed)).status, 200);
    expect_notice(again);
    const http_response ended =
        answer_to(host, "DELETE /mcp?folder=a%20b", {"X-Configured: by the user", "Mcp-Session-Id: " + opened.header("mcp-session-id")});
    EXPECT_EQ(ended.status, 200);
    EXPECT_EQ(client.post(ping).status, 404) << "then it restarts with a new session";
}

TEST_P(client_realities, vs_code_takes_any_4xx_to_its_first_initialize_for_the_old_transport) {
    hosting broken = how({}, {"--crash-on", "start", "--last-words", "no licence"});
    broken.works = false;
    hosted_fixture dead(broken);
    const http_response failed = answer_to(dead, "POST /mcp", vs_code, vs_code_initialize);
    EXPECT_EQ(failed.status, 200);
    EXPECT_THAT(error_text(failed.body), HasSubstr("no licence"));
    EXPECT_EQ(member(failed.body, "id"), "1");
    EXPECT_EQ(failed.headers.count("mcp-session-id"), 0U);

    hosted_fixture full(how({"--max-sessions", "1"}));
    EXPECT_EQ(answer_to(full, "POST /mcp", vs_code, vs_code_initialize).status, 200);
    EXPECT_EQ(answer_to(full, "POST /mcp", vs_code, vs_code_initialize).status, 503);
}

TEST_P(client_realities, claude_ai_asks_in_the_modern_way_first_and_accepts_anything) {
    hosted_fixture host(how());
    const header_lines any = {"accept: */*", "content-type: application/json", "accept-encoding: gzip, deflate", "user-agent: Claude-User"};
    const http_response probed = answer_to(host, "POST /mcp", any + header_lines{"mcp-protocol-version: 2026-07-28", "mcp-method: server/discover"},
                                           R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{)"
                                           R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                           R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
    EXPECT_EQ(probed.status, 200);
    EXPECT_EQ(at(probed.body, "result/supportedVersions"), R"(["2026-07-28"])");
    // A client that has another idea goes on in the old way.
    written_client client(host, any, any);
    EXPECT_EQ(client.open(initialize, of_session).status, 200);
    EXPECT_EQ(client.post(initialized).status, 202);
    EXPECT_THAT(client.post(progress).body, HasSubstr("finished"));
}

TEST_P(client_realities, claude_ai_looks_at_the_endpoint_as_a_browser_does) {
    hosted_fixture host(how());
    const header_lines browser = {"accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-language: en-US,en;q=0.9",
                                  "upgrade-insecure-requests: 1", "user-agent: Mozilla/5.0 (X11; Linux x86_64)"};
    const http_response page = answer_to(host, "GET /mcp", browser);
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.header("content-type"), HasSubstr("text/html"));
    EXPECT_THAT(page.body, HasSubstr("MCP server"));
    const http_response metadata = answer_to(host, "GET /.well-known/oauth-protected-resource/mcp", browser);
    EXPECT_EQ(metadata.status, 404);
    EXPECT_EQ(metadata.header("content-type"), "application/json");
}

TEST_P(client_realities, claude_code_sends_its_key_as_a_bearer_token) {
    hosted_fixture host(guarded());
    const header_lines posting = {std::string("authorization: Bearer ") + key, "content-type: application/json",
                                  "accept: application/json, text/event-stream", "user-agent: claude-code/2.1.0 (cli)"};
    const header_lines getting = {std::string("authorization: Bearer ") + key, "accept: text/event-stream"};
    written_client client(host, posting, getting);
    EXPECT_EQ(client.open(initialize, of_session).status, 200);
    EXPECT_EQ(client.post(initialized).status, 202);
    EXPECT_TRUE(client.begin_get().read_head().is_event_stream());
    EXPECT_THAT(client.post(progress).body, HasSubstr("finished"));
    const header_lines keyless(posting.begin() + 1, posting.end());
    const http_response refused = answer_to(host, "POST /mcp", keyless, initialize);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("www-authenticate"), "Bearer");
}

TEST_P(client_realities, cursor_replaces_its_get_and_dies_if_that_is_refused) {
    hosted_fixture host(how());
    const header_lines posting = {"content-type: application/json", "accept: application/json, text/event-stream", "user-agent: Cursor/1.7"};
    written_client client(host, posting, {"accept: text/event-stream", "user-agent: Cursor/1.7"});
    EXPECT_EQ(client.open(initialize, of_session).status, 200);
    EXPECT_EQ(client.post(initialized).status, 202);
    http_client first = client.begin_get();
    EXPECT_EQ(first.read_head().status, 200);
    http_client second = client.begin_get();
    EXPECT_EQ(second.read_head().status, 200);
    EXPECT_FALSE(first.read_event()) << "the older one ends";
    EXPECT_EQ(client.post(call_text("2", "notify", list_changed)).status, 200);
    expect_notice(second);
}

TEST_P(client_realities, chatgpt_sends_a_bare_get_when_its_session_is_gone) {
    hosted_fixture host(how({"--session-idle", "0.5"}));
    const header_lines openai = {"accept: application/json, text/event-stream", "content-type: application/json", "user-agent: openai-mcp/1.0.0"};
    written_client client(host, openai, openai);
    EXPECT_EQ(client.open(initialize, of_session).status, 200);
    // To ask for the session would keep it alive; its child ends with it.
    ASSERT_TRUE(is_shared() || eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    expect_no_session(answer_to(host, "GET /mcp", {"accept: */*", "user-agent: openai-mcp/1.0.0"}));
    if (!is_shared()) {
        EXPECT_EQ(client.post(ping).status, 404);
    }
    EXPECT_EQ(written_client(host, openai, openai).open(initialize, of_session).status, 200);
}

TEST_P(client_realities, copilot_studio_reads_json_only_and_sends_its_key_either_way) {
    hosted_fixture host(guarded());
    const header_lines power = {"Accept: application/json", "Content-Type: application/json; charset=utf-8", "User-Agent: CopilotStudio PowerFx"};
    const std::string asking = R"({"jsonrpc":"2.0","id":"1","method":"initialize","params":{"capabilities":{},)"
                               R"("clientInfo":{"name":"mcs","version":"1.0.0"},"protocolVersion":"2025-11-25","sessionContext":{}}})";
    const header_lines with_key = power + header_lines{std::string("x-functions-key: ") + key};
    for (auto client : {written_client(host, with_key, with_key), written_client(host, power, power, std::string("/mcp?code=") + key)}) {
        const http_response opened = client.open(asking, {"Mcp-Session-Id: @ID@"});
        EXPECT_EQ(opened.status, 200);
        EXPECT_EQ(member(opened.body, "id"), R"("1")");
        const http_response accepted = client.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
        EXPECT_EQ(accepted.status, 202);
        EXPECT_EQ(accepted.body, "");
        const http_response answer = client.post(progress);
        EXPECT_EQ(answer.header("content-type"), "application/json");
        EXPECT_THAT(answer.body, HasSubstr("finished"));
    }
}

TEST_P(client_realities, azure_ai_foundry_sends_its_key_as_the_functions_host_wants_it) {
    hosted_fixture host(guarded({"--silence", "0.05"}));
    const header_lines foundry = {std::string("x-functions-key: ") + key, "content-type: application/json",
                                  "accept: application/json, text/event-stream"};
    written_client client(host, foundry, foundry);
    EXPECT_EQ(client.open(initialize, of_session).status, 200);
    EXPECT_EQ(client.post(initialized).status, 202);
    // It gives a call up that is silent for 100 seconds.
    http_client call = client.begin_post(call_text("1", "slow", R"({"ms":600})"));
    EXPECT_TRUE(call.read_head().is_event_stream());
    const auto answered = call.read_event();
    ASSERT_TRUE(answered);
    EXPECT_THAT(answered->data, HasSubstr("slept"));
}

}  // namespace
}  // namespace e2e
