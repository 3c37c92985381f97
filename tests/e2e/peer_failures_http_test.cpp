// Promise: what HTTP clients, proxies and attackers did that broke other bridges breaks nothing here (cases 19, 21 to 25).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/peer_failures.hpp"

namespace e2e {

using testing::HasSubstr;
using testing::StartsWith;

namespace {

constexpr const char* json = "application/json";

http_headers with(http_headers headers, const std::string& name, const std::string& value) {
    headers.erase(name);
    if (value != "-") headers.emplace(name, value);
    return headers;
}

std::string nested(std::size_t levels) {
    return R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":)" + std::string(levels, '[') + std::string(levels, ']') + "}}";
}

}  // namespace

// https://github.com/modelcontextprotocol/typescript-sdk/issues/1211 and 2538, https://github.com/cloudflare/agents/issues/1583.
// HTTP/2 is for the proxy in front.
TEST_P(peer_failure, 19_proxies_that_cut_what_is_idle) {
    hosted_fixture host(how({"--silence", "0.1"}));
    mcp_session session = host.session();
    for (const bool is_call : {true, false}) {
        http_client stream = is_call ? session.begin_call("slow", R"({"ms":3000})") : session.begin_listening();
        const response_head head = stream.read_head();
        EXPECT_TRUE(head.is_event_stream());
        EXPECT_EQ(head.header("x-accel-buffering"), "no");
        EXPECT_EQ(head.header("cache-control"), "no-cache, no-transform");
        int comments = 0;
        for (int i = 0; i < 5; ++i) {
            const auto event = stream.read_any_event();
            ASSERT_TRUE(event);
            if (!event->is_comment()) continue;
            ++comments;
            EXPECT_EQ(event->id, "") << "a keep-alive is not an event";
        }
        EXPECT_GE(comments, 4) << "before the first byte of the answer";
    }
}

// https://github.com/modelcontextprotocol/python-sdk/issues/2349 and 732, https://github.com/sigbit/mcp-auth-proxy/issues/115
TEST_P(peer_failure, 21_accept_content_type_slashes_and_methods) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    const http_headers usual = session.headers();
    const std::string call = call_text("1", "echo");
    for (const char* accept : {"*/*", "-", "application/json"}) {
        const http_response answer = host.connect().post("/mcp", with(usual, "Accept", accept), call);
        EXPECT_EQ(answer.status, 200) << accept;
        EXPECT_EQ(answer.header("content-type"), json) << accept;
    }
    EXPECT_TRUE(host.connect().post("/mcp", with(usual, "Accept", "text/event-stream"), call).is_event_stream());
    EXPECT_EQ(host.connect().post("/mcp/", usual, call).status, 200) << "no redirect";
    EXPECT_EQ(host.connect().post("/mcp", with(usual, "Content-Type", "application/json; charset=utf-8"), call).status, 200);
    const http_response other = host.connect().post("/mcp", with(usual, "Content-Type", "text/plain"), call);
    EXPECT_EQ(other.status, 415);
    EXPECT_EQ(other.header("content-type"), json);
    for (const auto& [method, status] : {std::pair{"HEAD", 405}, std::pair{"OPTIONS", 204}, std::pair{"PUT", 405}}) {
        const http_response answer = host.connect().request(method, "/mcp", usual);
        EXPECT_EQ(answer.status, status) << method;
        EXPECT_THAT(answer.header("allow"), HasSubstr("POST")) << method;
        if (status == 405) {
            EXPECT_EQ(answer.header("content-type"), json) << method;
        }
    }
}

// https://github.com/supercorp-ai/supergateway/issues/163
TEST_P(peer_failure, 22_big_and_bad_bodies) {
    hosted_fixture host(how({"--max-body-size", "1MiB"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.post(call_text("1", "echo", R"({"x":")" + std::string(200'000, 'x') + R"("})")).status, 200);
    const http_response large = session.post(std::string(8 * 1024 * 1024, ' '));
    EXPECT_EQ(large.status, 413) << "which the client sees, although it sent much more";
    EXPECT_EQ(error_code(large.body), -32000);
    for (const std::string& bad :
         {std::string("{\"jsonrpc\":"), std::string(), std::string("[]"), std::string("[1]"), std::string("42"), nested(10'000), nested(100'000)}) {
        const http_response refused = session.post(bad);
        EXPECT_EQ(refused.status, 400) << bad.substr(0, 50);
        EXPECT_EQ(refused.header("content-type"), json);
        EXPECT_TRUE(error_code(refused.body) == -32700 || error_code(refused.body) == -32600) << refused.body;
    }
    const http_response bomb = host.connect().post("/mcp", with(session.headers(), "Content-Encoding", "gzip"), std::string(1000, '\x1f'));
    EXPECT_EQ(bomb.status, 415);
    http_client patient = host.connect();
    const std::string call = call_text("2", "echo");
    patient.send_request("POST", "/mcp", with(with(session.headers(), "Expect", "100-continue"), "Content-Length", std::to_string(call.size())));
    patient.send_raw(call);
    EXPECT_EQ(patient.read_head().status, 200);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

// https://github.com/stacklok/toolhive/issues/5745 and 5931, https://github.com/modelcontextprotocol/typescript-sdk/issues/2670
TEST_P(peer_failure, 23_batches) {
    hosted_fixture host(how());
    mcp_session session = host.session({.version = "2025-03-26"});
    const std::string note = R"({"jsonrpc":"2.0","method":"notifications/x"})";
    const http_response answer = session.post("[" + call_text("1", "echo") + "," + note + R"(,{"bad":1},)" + call_text(R"("2")", "echo") + "]");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, StartsWith("["));
    EXPECT_EQ(elements(answer.body).size(), 3U) << "one for each request, and one for the bad member";
    EXPECT_THAT(answer.body, HasSubstr(R"("id":1,)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("id":"2",)"));
    EXPECT_THAT(answer.body, HasSubstr("-32600"));
    mcp_session newer = host.session();
    const http_response refused = newer.post("[" + call_text("1", "echo") + "]");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(error_code(refused.body), -32600);
    const mcp_answer from_array = newer.call("wrong", shape("batch_with_log"));
    // Of a shared server's logs it cannot be told whose they are once it has known two sessions.
    EXPECT_EQ(from_array.earlier.size(), is_shared() ? 0U : 1U);
    EXPECT_EQ(from_array.text(), "right");
}

// https://github.com/supercorp-ai/supergateway/issues/123, 117 and 156, https://github.com/stacklok/toolhive/issues/4425,
// https://github.com/markmhendrickson/neotoma/issues/1923. The errors -32020 and -32022 come with the revision of 2026-07-28.
TEST_P(peer_failure, 24_session_and_version_headers) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string call = call_text("1", "echo");
    for (const char* id : {"constructor", "__proto__", "0123456789abcdef0123456789abcdef"}) {
        const http_response unknown = host.connect().post("/mcp", with(session.headers(), "Mcp-Session-Id", id), call);
        EXPECT_EQ(unknown.status, 404) << id;
        EXPECT_EQ(error_code(unknown.body), -32001) << id;
    }
    EXPECT_EQ(host.connect().post("/mcp", with(session.headers(), "Mcp-Session-Id", "-"), call).status, 400);
    EXPECT_EQ(host.connect().post("/mcp", with(session.headers(), "MCP-Protocol-Version", "-"), call).status, 200);
    EXPECT_EQ(host.connect().post("/mcp", with(session.headers(), "MCP-Protocol-Version", "1999-01-01"), call).status, 400);
    mcp_session early = host.client();
    EXPECT_FALSE(early.initialize().at("result").empty());
    EXPECT_EQ(early.notify("notifications/roots/list_changed").status, 202) << "before it is initialized";
    EXPECT_EQ(early.notify("notifications/initialized").status, 202);
    EXPECT_EQ(early.call("echo").text(), "ok");
    const http_response modern =
        host.connect().post("/mcp", {{"Content-Type", json}, {"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "server/discover"}},
                            request_text("1", "server/discover"));
    EXPECT_EQ(modern.status, 400) << "it lacks the envelope of its era";
    EXPECT_EQ(error_code(modern.body), -32602) << "on which its clients fall back to initialize";
}

TEST_P(peer_failure, 24_the_version_is_the_servers_own_answer) {
    hosted_fixture host(how({}, {"--protocol-version", "2025-03-26"}));
    EXPECT_EQ(host.session({.version = "2025-11-25"}).version(), "2025-03-26");
}

// https://github.com/supercorp-ai/supergateway/issues/126, 112, 138, 153 and 182
TEST_P(peer_failure, 24_a_second_get_replaces_the_first) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client first = session.listen();
    http_client second = session.listen();
    EXPECT_FALSE(first.read_event()) << "it ends by the book";
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    const auto event = second.read_event();
    ASSERT_TRUE(event);
    EXPECT_THAT(event->data, HasSubstr("list_changed"));
    second.close(true);
    http_client third = session.listen();
    EXPECT_EQ(session.call("echo").text(), "ok") << "never a dead session";
}

// https://github.com/outline/outline/issues/11572, https://github.com/akutishevsky/nutrition-mcp/issues/51 and 55,
// https://github.com/markmhendrickson/neotoma/issues/2049. Without OAuth its pages are 404 in JSON; they come with OAuth.
TEST_P(peer_failure, 25_origin_host_and_discovery_of_oauth) {
    hosted_fixture host(how({"--allowed-origin", "https://app.example.com"}));
    const mcp_session session = host.session();
    http_client evil = host.connect();
    evil.send_raw(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000000\r\n\r\n");
    EXPECT_EQ(evil.read_head().status, 403) << "before the body";
    EXPECT_EQ(host.connect().post("/mcp", with(session.headers(), "Host", "rebound.example"), call_text("1", "echo")).status, 403);
    for (const char* page : {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                             "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}) {
        const http_response none = host.connect().get(page);
        EXPECT_EQ(none.status, 404) << page;
        EXPECT_EQ(none.header("content-type"), json) << page;
    }
    const http_response shared = host.connect().post("/mcp", with(session.headers(), "Origin", "https://app.example.com"), call_text("1", "echo"));
    EXPECT_EQ(shared.status, 200);
    EXPECT_THAT(shared.header("access-control-expose-headers"), HasSubstr("Mcp-Session-Id"));
}

TEST_P(peer_failure, 25_keys_and_whose_session_it_is) {
    hosting guarded = how();
    guarded.environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789,bob=bob-key-0123456789"};
    guarded.headers = {{"x-functions-key", "alice-key-0123456789"}};
    hosted_fixture host(guarded);
    const mcp_session hers = host.session();
    const http_response without = host.connect().post("/mcp", with(hers.headers(), "x-functions-key", "-"), call_text("1", "echo"));
    EXPECT_EQ(without.status, 401);
    EXPECT_THAT(without.header("www-authenticate"), StartsWith("Bearer"));
    EXPECT_EQ(host.connect().request("OPTIONS", "/mcp").status, 204) << "never needs a key";
    EXPECT_EQ(host.connect().post("/mcp", with(hers.headers(), "x-functions-key", "bob-key-0123456789"), call_text("1", "echo")).status, 404);
}

}  // namespace e2e
