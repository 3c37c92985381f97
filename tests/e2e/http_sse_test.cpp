// Promise: a client of revision 2024-11-05, which knows HTTP+SSE only, is served as well as one of today.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* alices = "alice-key-0123456789";
constexpr const char* bobs = "bob+key/0123456789==";

class http_sse : public in_both_isolations {
protected:
    static hosting guarded() {
        hosting host = how({"--log-level", "trace"});
        host.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices + ",bob=" + bobs};
        return host;
    }
    static sse_session opened(const hosted_fixture& host, sse_options options = {}) {
        sse_session client(host.port(), std::move(options));
        client.open();
        return client;
    }
};
IN_BOTH_ISOLATIONS(http_sse);

TEST_P(http_sse, begins_with_the_url_to_post_to) {
    hosted_fixture host(how());
    const sse_session client(host.port());
    EXPECT_EQ(client.head().header("content-type"), "text/event-stream");
    EXPECT_EQ(client.head().header("x-accel-buffering"), "no");
    EXPECT_THAT(client.reference(), MatchesRegex("messages\\?sessionId=[0-9a-f]{32}"));
    EXPECT_EQ(client.head().header("mcp-session-id"), "");
}

// The client does not know the prefix that its proxy removes. Behind the proxy, it posts to the URL that it gets by resolving the reference.
TEST_P(http_sse, works_behind_a_proxy_that_removes_a_prefix) {
    hosted_fixture host(how());
    const sse_session client(host.port());
    EXPECT_THAT(client.reference(), StartsWith("messages?"));
    EXPECT_EQ(client.endpoint(), "/" + client.reference());
    // A relative reference would lead into the folder /sse/.
    EXPECT_THAT(sse_session(host.port(), {.target = "/sse/"}).reference(), StartsWith("/messages?"));
}

// The Java SDKs resolve the reference against the base URL, or append it, so they need a path, and the bridge must know the prefix.
TEST_P(http_sse, names_the_path_to_clients_that_resolve_otherwise) {
    const auto reference = [](const hosted_fixture& host, const http_headers& headers, const std::string& target = "/sse") {
        return sse_session(host.port(), {.target = target, .headers = headers}).reference();
    };
    const http_headers java = {{"User-Agent", "Java-http-client/21.0.2"}};
    const http_headers behind_proxy = {{"User-Agent", "Java-http-client/21.0.2"}, {"X-Forwarded-Prefix", "/from/proxy/"}};
    const hosted_fixture plain(how());
    EXPECT_THAT(reference(plain, java), StartsWith("/messages?"));
    EXPECT_THAT(reference(plain, {{"User-Agent", "ReactorNetty/1.2.9"}}), StartsWith("/messages?"));
    EXPECT_THAT(reference(plain, behind_proxy), StartsWith("/messages?")) << "any client can send the header";
    const hosted_fixture fixed(how({"--path-prefix", "/weather/"}));
    EXPECT_THAT(reference(fixed, java), StartsWith("/weather/messages?"));
    EXPECT_THAT(reference(fixed, behind_proxy), StartsWith("/weather/messages?"));
    EXPECT_THAT(reference(fixed, {}, "/sse/"), StartsWith("/weather/messages?"));
    EXPECT_THAT(reference(fixed, {}), StartsWith("messages?"));
    const hosted_fixture trusting(how({"--path-prefix", "forwarded"}));
    EXPECT_THAT(reference(trusting, behind_proxy), StartsWith("/from/proxy/messages?"));
    EXPECT_THAT(reference(trusting, java), StartsWith("/messages?"));
    EXPECT_THAT(reference(trusting, {}), StartsWith("messages?"));
    for (const char* wrong : {"//evil.example", "https://evil.example", "weather", "/a b", "/a?b", "/a\"b"}) {
        const http_response refused = trusting.connect().get("/sse", {{"Accept", "text/event-stream"}, {"X-Forwarded-Prefix", wrong}});
        EXPECT_EQ(refused.status, 400) << wrong;
        EXPECT_THAT(error_text(refused.body), HasSubstr("X-Forwarded-Prefix")) << wrong;
    }
    const http_response twice = trusting.connect().get("/sse", {{"X-Forwarded-Prefix", "/a"}, {"X-Forwarded-Prefix", "/b"}});
    EXPECT_EQ(twice.status, 400) << "nobody knows which one is the proxy's";
}

TEST_P(http_sse, answers_on_the_stream_and_the_post_with_202_alone) {
    hosted_fixture host(how());
    sse_session client(host.port());
    const http_response taken = client.post(request_text(
        R"("a\u0062")", "initialize", R"({"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"old","version":"0"}})"));
    EXPECT_EQ(taken.status, 202);
    EXPECT_EQ(taken.body, "");
    EXPECT_EQ(taken.header("content-type"), "");
    const mcp_answer hello = client.answer_to(R"("a\u0062")");
    EXPECT_EQ(hello.at("result/protocolVersion"), R"("2024-11-05")");
    EXPECT_EQ(client.notify("notifications/initialized").status, 202);
    const mcp_answer answer = client.call("echo", R"({"n":9007199254740993,"n":1e400})");
    EXPECT_THAT(echoed(answer), HasSubstr(R"({"n":9007199254740993,"n":1e400})"));
    EXPECT_TRUE(answer.earlier.empty());
    EXPECT_EQ(client.request("ping").at("result"), "{}");
    EXPECT_EQ(error_code(client.request("no/such").message), -32601);
}

TEST_P(http_sse, carries_progress_and_logs_before_the_answer) {
    hosted_fixture host(how());
    sse_session client = opened(host);
    const mcp_answer progress = client.request("tools/call", R"({"name":"progress","arguments":{"count":3},"_meta":{"progressToken":"mine"}})");
    ASSERT_THAT(progress.earlier, SizeIs(3));
    for (const std::string& each : progress.earlier) EXPECT_EQ(at(each, "params/progressToken"), R"("mine")");
    EXPECT_EQ(progress.text(), "finished");
    EXPECT_THAT(client.call("log", R"({"count":2,"text":"line"})").earlier, SizeIs(2));
}

TEST_P(http_sse, lets_a_call_be_cancelled) {
    hosted_fixture host(how());
    sse_session client = opened(host);
    const std::string id = std::to_string(client.begin_call("slow", R"({"ms":600000})"));
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_EQ(client.notify("notifications/cancelled", R"({"requestId":)" + id + "}").status, 202);
    EXPECT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_TRUE(client.call("echo").earlier.empty()) << "a cancelled call gets no answer";
}

TEST_P(http_sse, keeps_clients_with_equal_ids_apart) {
    hosted_fixture host(how());
    sse_session first = opened(host);
    sse_session second = opened(host);
    EXPECT_NE(first.id(), second.id());
    const long slow = first.begin_call("slow", R"({"ms":300,"echo":true,"who":"first"})");
    EXPECT_EQ(second.begin_call("slow", R"({"ms":100,"echo":true,"who":"second"})"), slow);
    EXPECT_THAT(second.answer_to(slow).text(), HasSubstr("second"));
    EXPECT_THAT(first.answer_to(slow).text(), HasSubstr("first"));
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 2U);
}

TEST_P(http_sse, gives_no_event_ids_whatever_revision_is_agreed_on) {
    hosted_fixture host(how());
    sse_session client = opened(host, {.version = "2025-11-25"});
    EXPECT_EQ(client.call("log", R"({"count":2})").earlier.size(), 2U) << "the client throws at an event id";
}

TEST_P(http_sse, speaks_in_silence) {
    hosted_fixture host(how({"--silence", "0.05"}));
    sse_session client = opened(host);
    for (int i = 0; i < 3; ++i) {
        const auto comment = client.stream().read_any_event();
        ASSERT_TRUE(comment && comment->is_comment());
    }
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST_P(http_sse, repeats_a_query_of_any_bytes_as_text) {
    hosted_fixture host(how());
    sse_session client(host.port(), {.target = "/sse?x=\xC3\xA9\x80"});
    EXPECT_THAT(client.endpoint(), HasSubstr("&x=%C3%A9%80"));
    EXPECT_EQ(client.open().call("echo").text(), "ok");
}

TEST_P(http_sse, repeats_the_query_in_the_endpoint_so_that_a_key_survives) {
    hosted_fixture host(guarded());
    const std::string query = std::string("code=") + alices + "&x=%20y";
    sse_session client(host.port(), {.target = "/sse?" + query});
    EXPECT_THAT(client.endpoint(), AllOf(HasSubstr("/messages?sessionId="), HasSubstr("&" + query)));
    client.open();
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_THAT(host.bridge().log(), AllOf(Not(HasSubstr(client.id())), Not(HasSubstr(alices))));
}

TEST_P(http_sse, is_for_key_holders_and_each_sessions_own) {
    hosted_fixture host(guarded());
    EXPECT_EQ(host.connect().get("/sse").status, 401);
    EXPECT_EQ(host.connect().post("/messages?sessionId=x", {}, "{}").status, 401);
    sse_session client = opened(host, {.headers = {{"x-functions-key", alices}}});
    const auto post_as = [&](const char* key, const std::string& target) {
        return host.connect().post(target, {{"Content-Type", "application/json"}, {"x-functions-key", key}}, call_text("1", "echo"));
    };
    const http_response foreign = post_as(bobs, client.endpoint());
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(error_code(foreign.body), -32001);
    EXPECT_EQ(member(foreign.body, "id"), "1");
    EXPECT_EQ(post_as(alices, client.endpoint()).status, 202);
    // Nor does it lead into the session through the other door, or the other way round.
    const http_headers by_header = {{"Content-Type", "application/json"}, {"x-functions-key", alices}, {"Mcp-Session-Id", client.id()}};
    EXPECT_EQ(host.connect().post("/mcp", by_header, call_text("1", "echo")).status, 404);
    const mcp_session modern = host.session({.headers = {{"x-functions-key", alices}}});
    EXPECT_EQ(post_as(alices, "/messages?sessionId=" + modern.id()).status, 404);
    // A stranger that repeats the id of the event gets a session of its own.
    const sse_session stranger(host.port(), {.headers = {{"x-functions-key", bobs}, {"Last-Event-ID", client.last_event_id()}}});
    EXPECT_NE(stranger.id(), client.id());
}

TEST_P(http_sse, refuses_what_is_no_message) {
    hosted_fixture host(how({"--max-body-size", "4KiB"}));
    sse_session client = opened(host);
    const http_response broken = client.post("{");
    EXPECT_EQ(broken.status, 400);
    EXPECT_EQ(error_code(broken.body), -32700);
    EXPECT_EQ(member(broken.body, "id"), "null");
    const http_response invalid = client.post(R"({"jsonrpc":"2.0","id":7,"method":"x","params":[]})");
    EXPECT_EQ(invalid.status, 400);
    EXPECT_EQ(error_code(invalid.body), -32600);
    EXPECT_EQ(member(invalid.body, "id"), "7");
    EXPECT_EQ(client.post(std::string(5000, ' ')).status, 413);
    const http_headers json = {{"Content-Type", "application/json"}};
    EXPECT_EQ(host.connect().post("/messages", json, call_text("1", "echo")).status, 400);
    EXPECT_EQ(host.connect().post("/messages?sessionId=0", json, call_text("1", "echo")).status, 404);
    EXPECT_EQ(host.connect().post(client.endpoint(), {}, call_text("1", "echo")).status, 415);
    EXPECT_EQ(host.connect().get("/sse", {{"Accept", "application/json"}}).status, 406);
    EXPECT_EQ(host.connect().get("/sse", {{"Origin", "http://evil.example"}}).status, 403);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST_P(http_sse, says_which_methods_it_takes) {
    hosted_fixture host(how());
    const sse_session client(host.port());
    for (const char* method : {"POST", "DELETE", "PUT"}) {
        const http_response refused = host.connect().request(method, "/sse");
        EXPECT_EQ(refused.status, 405) << method;
        EXPECT_EQ(refused.header("allow"), "GET, OPTIONS") << method;
    }
    for (const char* method : {"GET", "DELETE"}) {
        const http_response refused = host.connect().request(method, client.endpoint());
        EXPECT_EQ(refused.status, 405) << method;
        EXPECT_EQ(refused.header("allow"), "POST, OPTIONS") << method;
    }
    EXPECT_EQ(host.connect().request("OPTIONS", "/sse").header("allow"), "GET, OPTIONS");
}

TEST_P(http_sse, is_where_it_was_configured_or_nowhere) {
    hosted_fixture elsewhere(how({"--sse-path", "/old/stream"}));
    sse_session client = opened(elsewhere, {.target = "/old/stream"});
    EXPECT_THAT(client.reference(), StartsWith("messages?sessionId="));
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(elsewhere.connect().get("/sse").status, 404);
    hosted_fixture off(how({"--sse-path", "off"}));
    EXPECT_EQ(off.connect().get("/sse").status, 404);
    EXPECT_EQ(off.connect().post("/messages", {}, "").status, 404);
}

TEST_P(http_sse, reports_a_server_that_dies_and_starts_it_again) {
    hosted_fixture host(how());
    sse_session client = opened(host);
    const long waiting = client.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    const mcp_answer crashed = client.call("crash", R"({"how":"exit:9"})");
    ASSERT_EQ(crashed.earlier.size(), 1U);
    EXPECT_EQ(integer(member(crashed.earlier[0], "id"), -1), waiting);
    EXPECT_THAT(error_text(crashed.message), HasSubstr("exit status 9"));
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 1U : 2U);
}

TEST_P(http_sse, may_ask_only_so_much_at_once) {
    hosted_fixture host(how({"--max-session-requests", "2"}));
    sse_session client = opened(host);
    client.begin_call("slow", R"({"ms":600000})");
    const long second = client.begin_call("slow", R"({"ms":600000})");
    const http_response third = client.post(call_text("77", "echo"));
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(member(third.body, "id"), "77");
    client.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(second) + "}");
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST_P(http_sse, ends_with_the_bridge_after_the_answers_that_are_due) {
    hosted_fixture host(how());
    sse_session idle = opened(host);
    sse_session busy = opened(host);
    const long call = busy.begin_call("slow", R"({"ms":400})");
    ASSERT_TRUE(host.receives("slow"));
    host.bridge().signal(SIGTERM);
    EXPECT_FALSE(idle.next());
    EXPECT_EQ(busy.answer_to(call).text(), "slept");
    EXPECT_FALSE(busy.next());
    EXPECT_EQ(host.bridge().wait(5s), clean_exit);
}

TEST_P(http_sse, answers_a_probe_of_the_modern_era_without_a_server) {
    hosted_fixture host(how());
    sse_session client(host.port());
    EXPECT_EQ(error_code(client.request("server/discover").message), -32601);
    EXPECT_EQ(host.starts_since_ready(), 0U);
    client.open();
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST(http_sse_in_session_isolation, hands_the_client_what_its_server_asks) {
    hosted_fixture host({.flags = {"--ask-when-initialized", "roots/list"}});
    sse_session client(host.port(), {.capabilities = R"({"roots":{},"sampling":{}})"});
    client.open();
    const auto roots = client.next();
    ASSERT_TRUE(roots);
    EXPECT_EQ(member(*roots, "method"), R"("roots/list")");
    client.post(R"({"jsonrpc":"2.0","id":)" + std::string(member(*roots, "id")) + R"(,"result":{"roots":[]}})");
    EXPECT_TRUE(host.receives(R"("roots":[])"));
    const long call = client.begin_call("ask", R"({"method":"sampling/createMessage","params":{"maxTokens":1.0}})");
    const auto asked = client.next();
    ASSERT_TRUE(asked);
    EXPECT_EQ(at(*asked, "params"), R"({"maxTokens":1.0})");
    EXPECT_EQ(client.post(R"({"jsonrpc":"2.0","id":)" + std::string(member(*asked, "id")) + R"(,"result":{"role":"assistant","n":1e400}})").status,
              202);
    EXPECT_EQ(client.answer_to(call).at("result/structuredContent/answer/result/n"), "1e400");
}

TEST(http_sse_in_session_isolation, gives_each_client_its_own_initialize) {
    hosted_fixture host;
    sse_session client(host.port(), {.version = "2025-06-18", .capabilities = R"({"x_vendor":{"n":1.0}})"});
    client.open();
    EXPECT_THAT(host.line_with("x_vendor"), HasSubstr(R"("capabilities":{"x_vendor":{"n":1.0}})"));
    EXPECT_THAT(host.line_with("x_vendor"), HasSubstr("sse_session"));
}

TEST(http_sse_in_session_isolation, passes_on_that_the_server_refused_to_be_initialised) {
    hosted_fixture host({.flags = {"--crash-on", "initialize", "--last-words", "no license"}, .works = false});
    sse_session client(host.port());
    const mcp_answer refused = client.initialize();
    EXPECT_EQ(error_code(refused.message), -32603);
    EXPECT_THAT(error_text(refused.message), HasSubstr("no license"));
}

TEST(http_sse_in_session_isolation, starts_anew_for_a_second_initialize) {
    hosted_fixture host;
    sse_session client(host.port());
    client.open();
    const pid_t first = host.last_child();
    const long lost = client.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    client.begin("initialize", R"({"protocolVersion":"2024-11-05","capabilities":{}})");
    EXPECT_THAT(error_text(client.answer_to(lost).message), HasSubstr("initialised"));
    EXPECT_TRUE(eventually([&] { return !is_running(first); }));
    EXPECT_EQ(client.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
