// Promise: what comes through the Azure Functions host is served as its clocks, its headers and the sign-in before it demand: nothing is
// silent or open for too long, no request does harm twice, no web page gets in by another name, and everyone has sessions of their own.
#include <gmock/gmock.h>

#include "tests/e2e/functions_bridge.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

http_headers with(http_headers headers, const std::string& name, const std::string& value) {
    headers.emplace(name, value);
    return headers;
}

TEST(functions_requests, json_replies_stay_json_whatever_comes_and_however_long_it_takes) {
    const functions_bridge bridge({.arguments = {"--replies", "json", "--silence", "0.05"}});
    mcp_session session(bridge.port());
    session.open();
    const mcp_answer slow = session.call("slow", R"({"ms":300})");
    EXPECT_EQ(slow.http.header("content-type"), "application/json");
    const mcp_answer chatty = session.request("tools/call", R"({"name":"progress","arguments":{"count":3},"_meta":{"progressToken":1}})");
    EXPECT_EQ(chatty.http.header("content-type"), "application/json");
    EXPECT_EQ(chatty.text(), "finished");
    http_headers stream_only = session.headers();
    stream_only.erase("Accept");
    stream_only.emplace("Accept", "text/event-stream");
    EXPECT_EQ(bridge.connect().post("/mcp", stream_only, call_text("9", "echo")).status, 406);
}

TEST(functions_requests, json_replies_hand_what_is_beside_the_answer_to_the_general_stream) {
    const functions_bridge bridge({.arguments = {"--replies", "json"}});
    mcp_session session(bridge.port());
    session.open();
    http_client stream = session.listen();
    EXPECT_EQ(session.call("notify", R"({"method":"notifications/tools/list_changed"})").text(), "notified");
    const auto event = stream.read_event();
    ASSERT_TRUE(event);
    EXPECT_THAT(event->data, HasSubstr("list_changed"));
}

TEST(functions_requests, general_streams_of_older_clients_end_with_their_last_chunk) {
    const functions_bridge bridge({.arguments = {"--stream-max-age", "0.1"}});
    mcp_session session(bridge.port(), {.version = "2025-06-18"});
    session.open();
    http_client stream = session.listen();
    EXPECT_FALSE(stream.read_event()) << "a truncated body is an exception of the host's invocation";
}

TEST(functions_requests, json_replies_to_batches_are_json) {
    const functions_bridge bridge({.arguments = {"--replies", "json", "--silence", "0.05"}});
    mcp_session session(bridge.port(), {.version = "2025-03-26"});
    session.open();
    const http_response answer = session.post("[" + call_text("1", "slow", R"({"ms":300})") + "," + call_text("2", "echo") + "]");
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_EQ(elements(answer.body).size(), 2U);
}

TEST(functions_requests, json_replies_come_in_time_with_an_error_if_need_be) {
    const functions_bridge bridge({.environment = {"MCP_BRIDGE_REPLIES=json", "MCP_BRIDGE_MAX_SILENT_TIME=0.3"}});
    mcp_session session(bridge.port());
    session.open();
    const mcp_answer late = session.call("slow", R"({"ms":600000})");
    EXPECT_EQ(late.http.status, 200);
    EXPECT_EQ(late.http.header("content-type"), "application/json");
    EXPECT_NE(error_code(late.message), 0);
}

TEST(functions_requests, slow_replies_become_streams_that_are_never_silent) {
    const functions_bridge bridge({.arguments = {"--silence", "0.1"}});
    mcp_session session(bridge.port());
    session.open();
    http_client slow = session.begin_call("slow", R"({"ms":600000})");
    EXPECT_TRUE(slow.read_head().is_event_stream());
    int comments = 0;
    while (comments < 3) {
        const auto event = slow.read_any_event();
        ASSERT_TRUE(event);
        comments += event->is_comment() ? 1 : 0;
    }
}

TEST(functions_requests, streams_show_their_first_bytes_with_their_head) {
    const functions_bridge bridge;
    for (const char* version : {"2025-06-18", "2025-11-25"}) {
        mcp_session session(bridge.port(), {.version = version});
        session.open();
        http_client stream = session.listen();
        EXPECT_TRUE(stream.read_any_event(1s));
    }
}

// The host ends the whole process at `functionTimeout`, so every stream has to be over before.
TEST(functions_requests, every_stream_ends_in_time) {
    const functions_bridge bridge({.arguments = {"--stream-max-age", "0.3", "--request-timeout", "1"}});
    for (const char* version : {"2025-03-26", "2025-06-18", "2025-11-25"}) {
        mcp_session session(bridge.port(), {.version = version});
        session.open();
        http_client stream = session.listen();
        EXPECT_FALSE(stream.read_event()) << version;
        http_client call = session.begin_call("slow", R"({"ms":600000})");
        EXPECT_EQ(call.read_head().status, 200);
        call.read_body();
    }
    sse_session old(bridge.port());
    old.open();
    EXPECT_FALSE(old.next()) << "also of a client that has never come back";
    old.come_back();
    EXPECT_EQ(old.call("echo").text(), "ok");
}

TEST(functions_requests, a_key_in_the_query_is_in_the_url_to_post_to) {
    const functions_bridge bridge;
    sse_session session(bridge.port(), {.target = "/sse?code=abc%3D%3D"});
    EXPECT_THAT(session.endpoint(), HasSubstr("code=abc%3D%3D"));
    EXPECT_EQ(session.open().call("echo").text(), "ok");
}

TEST(functions_requests, discovery_is_told_at_once_that_there_is_nothing) {
    const functions_bridge bridge({.server = {"/bin/sleep", "1000"}});
    for (const char* path : {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
                             "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}) {
        EXPECT_EQ(bridge.connect().request("GET", path, {{"Host", "127.0.0.1"}}, {}, 1s).status, 404) << path;
    }
}

TEST(functions_requests, may_come_twice) {
    const functions_bridge bridge;
    mcp_session session(bridge.port());
    session.open();
    http_client first = session.listen();
    http_client second = session.listen();
    EXPECT_FALSE(first.read_event()) << "the newer one takes the stream over";
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_TRUE(second.read_event());
    EXPECT_EQ(session.terminate().status, 200);
    EXPECT_EQ(session.terminate().status, 404);
    EXPECT_EQ(mcp_session(bridge.port()).open().call("echo").text(), "ok");
}

TEST(functions_requests, options_are_told) {
    const functions_bridge bridge;
    const http_response options = bridge.connect().request("OPTIONS", "/mcp", {{"Host", "127.0.0.1"}});
    EXPECT_EQ(options.status, 204);
    EXPECT_THAT(options.header("allow"), HasSubstr("DELETE"));
}

TEST(functions_requests, a_page_gets_in_by_no_other_name_under_core_tools) {
    const functions_bridge bridge({.arguments = {"--allowed-host", "dev.example"},
                                   .environment = {"AZURE_FUNCTIONS_ENVIRONMENT=Development", "WEBSITE_HOSTNAME=mine.example:7071"}});
    http_client client = bridge.connect();
    const auto status = [&](const std::string& forwarded, const std::string& origin = {}) {
        http_headers headers{{"Host", "127.0.0.1:1"}, {"X-Forwarded-Host", forwarded}};
        if (!origin.empty()) headers.emplace("Origin", origin);
        return client.get("/mcp", headers).status;
    };
    // Without a session, so that the way to the session is open but none is found.
    constexpr int admitted = 400;
    for (const char* own : {"localhost:7071", "127.0.0.1:7071", "[::1]:7071", "dev.example:7071", "mine.example:7071"}) {
        EXPECT_EQ(status(own), admitted) << own;
        EXPECT_EQ(status(own, std::string("http://") + own), admitted) << own;
    }
    EXPECT_EQ(status("localhost:7071", "http://localhost:6274"), admitted) << "a page of this machine's own";
    for (const char* other : {"evil.example", "evil.example:7071", "localhost.evil.example", "localhost, evil.example"}) {
        EXPECT_EQ(status(other), 403) << other;
        EXPECT_EQ(status(other, std::string("http://") + other), 403) << other;
    }
    EXPECT_EQ(status("localhost:7071", "http://evil.example"), 403);
}

TEST(functions_requests, a_page_of_the_app_itself_gets_in_in_azure) {
    const functions_bridge bridge;
    http_client client = bridge.connect();
    const http_headers called{{"Host", "127.0.0.1:1"}, {"X-Forwarded-Host", "app.example"}};
    EXPECT_EQ(client.get("/healthz", called).status, 200);
    EXPECT_EQ(client.get("/healthz", with(called, "Origin", "https://app.example")).status, 200);
    for (const char* other : {"https://evil.example", "https://app.example.evil.example", "http://localhost:3000", "null", "app.example"}) {
        EXPECT_EQ(client.get("/healthz", with(called, "Origin", other)).status, 403) << other;
    }
}

TEST(functions_requests, a_session_is_its_own_users_where_people_sign_in) {
    const functions_bridge bridge({.environment = {"WEBSITE_AUTH_ENABLED=true"}});
    const std::string name = "X-MS-CLIENT-PRINCIPAL-ID";
    mcp_session alice(bridge.port(), {.headers = {{name, "alice-id"}}});
    alice.open();
    EXPECT_EQ(alice.call("echo").text(), "ok");
    http_headers anonymous = alice.headers();
    anonymous.erase(name);
    for (const http_headers& others : {anonymous, with(anonymous, name, "bob-id")}) {
        EXPECT_EQ(bridge.connect().post("/mcp", others, call_text("1", "echo")).status, 404);
        EXPECT_EQ(bridge.connect().request("DELETE", "/mcp", others).status, 404);
    }
    for (const std::string& bad : {std::string(129, 'a'), std::string("a b"), std::string("a\xff")}) {
        EXPECT_EQ(bridge.connect().post("/mcp", with(anonymous, name, bad), call_text("1", "echo")).status, 401) << bad;
    }
    EXPECT_EQ(alice.call("echo").text(), "ok");
}

// The host has checked the key before the bridge sees the request.
TEST(functions_requests, each_key_of_the_host_is_a_user) {
    const functions_bridge bridge({.arguments = {"--log-level", "debug", "--public-metrics"}});
    const std::string alices = "alices-key-0123456789";
    mcp_session alice(bridge.port(), {.headers = {{"x-functions-key", alices}}});
    alice.open();
    EXPECT_EQ(alice.call("echo").text(), "ok");
    http_headers others = alice.headers();
    others.erase("x-functions-key");
    EXPECT_EQ(bridge.connect().post("/mcp", with(others, "x-functions-key", "bobs-key-0123456789"), call_text("1", "echo")).status, 404);
    EXPECT_EQ(bridge.connect().post("/mcp?code=bobs-key-0123456789", others, call_text("1", "echo")).status, 404);
    EXPECT_EQ(bridge.connect().post("/mcp?code=" + alices, others, call_text("2", "echo")).status, 200) << "the same key, elsewhere";
    const std::string log = bridge.output() + bridge.log();
    EXPECT_THAT(log, HasSubstr("functions-key:"));
    EXPECT_THAT(log, Not(HasSubstr(alices)));
    EXPECT_THAT(bridge.connect().get("/metrics").body, Not(HasSubstr(alices)));
}

TEST(functions_requests, a_key_of_the_host_that_many_share_names_nobody) {
    const functions_bridge bridge({.arguments = {"--functions-keys", "shared"}});
    mcp_session session(bridge.port(), {.headers = {{"x-functions-key", "gateways-key"}}});
    session.open();
    http_headers others = session.headers();
    others.erase("x-functions-key");
    EXPECT_EQ(bridge.connect().post("/mcp", others, call_text("1", "echo")).status, 200);
}

TEST(functions_requests, names_that_anyone_could_send_count_for_nothing) {
    const std::vector<std::vector<std::string>> environments = {{}, {"WEBSITE_AUTH_ENABLED=False"}};
    for (const auto& environment : environments) {
        const functions_bridge bridge({.environment = environment});
        mcp_session session(bridge.port(), {.headers = {{"X-MS-CLIENT-PRINCIPAL-ID", "alice-id"}}});
        session.open();
        http_headers anonymous = session.headers();
        anonymous.erase("X-MS-CLIENT-PRINCIPAL-ID");
        EXPECT_EQ(bridge.connect().post("/mcp", anonymous, call_text("1", "echo")).status, 200);
    }
}

}  // namespace
}  // namespace e2e
