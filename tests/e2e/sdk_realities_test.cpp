// Promise: the official SDKs' clients, of each release that is about, get what their transports look for; every
// test writes what its client was seen to write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/as_written.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

const header_lines undici = {"connection: keep-alive",
                             "content-type: application/json",
                             "accept: application/json, text/event-stream",
                             "accept-language: *",
                             "sec-fetch-mode: cors",
                             "user-agent: node",
                             "accept-encoding: gzip, deflate"};
const header_lines undici_get = {"connection: keep-alive", "Accept: text/event-stream", "accept-language: *",
                                 "sec-fetch-mode: cors",   "user-agent: node",          "accept-encoding: gzip, deflate"};
constexpr const char* initialized = R"({"method":"notifications/initialized","jsonrpc":"2.0"})";

std::string initialize_text(const std::string& version, const std::string& id = "0") {
    return R"({"method":"initialize","params":{"protocolVersion":")" + version +
           R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}},"jsonrpc":"2.0","id":)" + id + "}";
}

std::string call_with_progress(const std::string& id, const std::string& tool, const std::string& arguments) {
    return R"({"method":"tools/call","params":{"name":")" + tool + R"(","arguments":)" + arguments + R"(,"_meta":{"progressToken":)" + id +
           R"(}},"jsonrpc":"2.0","id":)" + id + "}";
}

header_lines session_lines(const std::string& version) {
    return {"mcp-session-id: @ID@", "mcp-protocol-version: " + version};
}

class sdk_realities : public in_both_isolations {
protected:
    /// initialize, notifications/initialized and GET as every release of the TypeScript SDK sends them.
    static http_client connected(written_client& client, const std::string& version, const header_lines& lines) {
        const http_response opened = client.open(initialize_text(version), lines);
        EXPECT_EQ(opened.status, 200);
        EXPECT_EQ(opened.header("content-type"), "application/json");
        EXPECT_EQ(member(opened.body, "id"), "0");
        EXPECT_EQ(at(opened.body, "result/protocolVersion"), json_string(version)) << "it knows no newer one";
        const http_response accepted = client.post(initialized);
        EXPECT_EQ(accepted.status, 202) << "only then it opens the GET";
        EXPECT_EQ(accepted.body, "");
        EXPECT_EQ(accepted.headers.count("mcp-session-id"), 0U) << "it would move to that session";
        http_client stream = client.begin_get();
        const response_head head = stream.read_head();
        EXPECT_EQ(head.status, 200);
        EXPECT_TRUE(head.is_event_stream());
        return stream;
    }
    static void expect_progress_and_result(written_client& client) {
        const http_response answer = client.post(call_with_progress("2", "progress", R"({"count":1})"));
        EXPECT_TRUE(answer.is_event_stream());
        EXPECT_THAT(answer.body, HasSubstr(R"("progressToken":2)"));
        EXPECT_THAT(answer.body, HasSubstr(R"("id":2,"result")"));
    }
};
IN_BOTH_ISOLATIONS(sdk_realities);

TEST_P(sdk_realities, typescript_1_32_connects_calls_cancels_and_leaves) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2025-11-25", session_lines("2025-11-25"));
    const http_response listed = client.post(R"({"method":"tools/list","jsonrpc":"2.0","id":1})");
    EXPECT_EQ(listed.header("content-type"), "application/json");
    EXPECT_EQ(member(listed.body, "id"), "1");
    expect_progress_and_result(client);
    EXPECT_EQ(client.post(R"({"method":"ping","jsonrpc":"2.0","id":3})").body, R"({"jsonrpc":"2.0","id":3,"result":{}})")
        << "its empty result is strict";
    http_client call = client.begin_post(call_with_progress("4", "slow", R"({"ms":600000})"));
    ASSERT_TRUE(host.receives("600000"));
    EXPECT_EQ(client.post(R"({"method":"notifications/cancelled","params":{"requestId":4,"reason":"user"},"jsonrpc":"2.0"})").status, 202);
    EXPECT_TRUE(call.read_head().is_event_stream());
    EXPECT_FALSE(call.read_event()) << "it leaves the reply open for the server to end";
    EXPECT_EQ(client.end({"connection: keep-alive", "accept: */*", "user-agent: node"}).status, 200);
    EXPECT_EQ(client.post(R"({"method":"ping","jsonrpc":"2.0","id":5})").status, 404);
}

TEST_P(sdk_realities, typescript_1_32_comes_back_for_nothing_after_an_error_and_is_told_so_quietly) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2025-11-25", session_lines("2025-11-25"));
    const std::string lines = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@ID@,"progress":1}})"
                              "\n"
                              R"({"jsonrpc":"2.0","id":@ID@,"error":{"code":-32602,"message":"no"}})";
    http_client call = client.begin_post(call_with_progress("2", "line", R"({"text":)" + json_string(lines) + "}"));
    EXPECT_TRUE(call.read_head().is_event_stream());
    std::string last;
    while (const auto event = call.read_event()) last = event->id;
    ASSERT_NE(last, "");
    http_client again = client.begin_get({"last-event-id: " + last});
    EXPECT_EQ(again.read_head().status, 405) << "404 and 400 make it ask again";
}

TEST_P(sdk_realities, typescript_1_22_and_1_17_get_the_revision_that_they_know) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2025-06-18", session_lines("2025-06-18"));
    const http_response answer = client.post(call_with_progress("2", "progress", R"({"count":1})"));
    EXPECT_THAT(answer.body, Not(HasSubstr("data: \n"))) << "an event without data is an error to it";
}

TEST_P(sdk_realities, typescript_1_12_names_no_revision_in_any_header) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2025-03-26", {"mcp-session-id: @ID@"});
    expect_progress_and_result(client);
    EXPECT_EQ(client.end({"accept: */*"}).status, 200);
}

TEST_P(sdk_realities, typescript_1_10_speaks_streamable_http_at_2024_11_05) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2024-11-05", {"mcp-session-id: @ID@"});
    expect_progress_and_result(client);
    EXPECT_EQ(client.end({"accept: */*"}).status, 200);
}

TEST_P(sdk_realities, typescript_2_begins_with_a_plain_initialize_by_default) {
    hosted_fixture host(how());
    written_client client(host, undici, undici_get);
    connected(client, "2025-11-25", session_lines("2025-11-25"));
    expect_progress_and_result(client);
}

TEST_P(sdk_realities, typescript_2_falls_back_after_its_probe) {
    hosted_fixture host(how({"--eras", "legacy"}));
    const std::string probe = R"({"jsonrpc":"2.0","id":"server-discover-probe-1","method":"server/discover","params":{"_meta":{)"
                              R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                              R"("io.modelcontextprotocol/clientInfo":{"name":"v2c","version":"1"},)"
                              R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
    const http_response probed = answer_to(host, "POST /mcp",
                                           {"connection: keep-alive", "mcp-protocol-version: 2026-07-28", "mcp-method: server/discover",
                                            "content-type: application/json", "accept: application/json, text/event-stream", "user-agent: node"},
                                           probe);
    EXPECT_EQ(probed.status, 404);
    EXPECT_EQ(error_code(probed.body), -32601);
    EXPECT_EQ(member(probed.body, "id"), R"("server-discover-probe-1")");
    EXPECT_EQ(probed.headers.count("mcp-session-id"), 0U);
    written_client client(host, undici, undici_get);
    connected(client, "2025-11-25", session_lines("2025-11-25"));
    expect_progress_and_result(client);
}

TEST_P(sdk_realities, the_conformance_suite_names_the_method_in_a_header_of_legacy_requests) {
    hosted_fixture host(how());
    written_client client(host, undici + header_lines{"mcp-method: tools/call", "mcp-name: progress"}, undici_get);
    connected(client, "2025-11-25", session_lines("2025-11-25"));
    expect_progress_and_result(client);
}

TEST_P(sdk_realities, python_1_opens_the_get_because_a_session_id_came) {
    hosted_fixture host(how());
    const header_lines httpx = {"accept-encoding: gzip, deflate", "connection: keep-alive", "user-agent: python-httpx/0.28.1"};
    const header_lines posting = {"accept: application/json, text/event-stream", "content-type: application/json"};
    written_client client(host, httpx + posting,
                          httpx + header_lines{"accept: text/event-stream", "content-type: application/json", "cache-control: no-store"});
    const http_response opened = client.open(initialize_text("2025-11-25"), session_lines("2025-11-25"));
    EXPECT_NE(opened.header("mcp-session-id"), "");
    EXPECT_EQ(client.post(initialized).status, 202);
    http_client stream = client.begin_get();
    EXPECT_TRUE(stream.read_head().is_event_stream());
    const std::string notice = R"({"method":"notifications/tools/list_changed","after_answer":true})";
    EXPECT_EQ(client.post(call_with_progress("1", "notify", notice)).status, 200);
    const auto event = stream.read_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->event, "message");
    EXPECT_THAT(event->data, HasSubstr("notifications/tools/list_changed"));
    EXPECT_EQ(client.end(httpx + posting).status, 200);
    EXPECT_EQ(client.post(R"({"method":"ping","jsonrpc":"2.0","id":2})").status, 404) << "it takes this alone for the end of its session";
}

}  // namespace
}  // namespace e2e
