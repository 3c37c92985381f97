// Promise: with keys, only their holders get in, each into its own sessions, and no key ever shows anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* alices = "alice-key-0123456789";
constexpr const char* bobs = "bob+key/0123456789==";

class keys : public in_both_isolations {
protected:
    static hosting guarded(std::vector<std::string> arguments = {}) {
        hosting host = how(std::move(arguments));
        host.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices + ",bob=" + bobs};
        return host;
    }
    static http_response initialize(const hosted_fixture& host, const http_headers& key_headers, const std::string& query = "") {
        http_headers headers = key_headers;
        headers.emplace("Content-Type", "application/json");
        return host.connect().post("/mcp" + query, headers, request_text("1", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{}})"));
    }
    static mcp_session session_with(const hosted_fixture& host, const std::string& key) {
        return host.session({.headers = {{"x-functions-key", key}}});
    }
};
IN_BOTH_ISOLATIONS(keys);

TEST_P(keys, are_taken_wherever_clients_put_them) {
    hosted_fixture host(guarded());
    EXPECT_EQ(initialize(host, {{"x-functions-key", alices}}).status, 200);
    EXPECT_EQ(initialize(host, {{"X-Functions-Key", bobs}}).status, 200);
    // Hosted clients can send few headers.
    EXPECT_EQ(initialize(host, {{"x-api-key", alices}}).status, 200);
    EXPECT_EQ(initialize(host, {{"X-Auth-Token", bobs}}).status, 200);
    for (const char* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
        EXPECT_EQ(initialize(host, {{"Authorization", std::string(scheme) + bobs}}).status, 200) << scheme;
    }
    EXPECT_EQ(initialize(host, {}, std::string("?code=") + alices).status, 200);
    EXPECT_EQ(initialize(host, {}, "?x=1&code=bob%2Bkey%2F0123456789%3D%3D&y").status, 200);
    EXPECT_EQ(initialize(host, {}, std::string("?code=") + bobs).status, 200) << "as it was pasted";
    // Behind a host that has a key of its own, the right one is one of several.
    EXPECT_EQ(
        initialize(host, {{"x-functions-key", "the-hosts-own-key"}, {"Authorization", std::string("Bearer ") + bobs}}, "?code=another-key").status,
        200);
}

// Everybody on the machine can see the command lines of all processes.
TEST_P(keys, on_the_command_line_do_not_stay_there) {
    hosted_fixture host(how({"--key", std::string("alice=") + alices, std::string("--key=bob=") + bobs}));
    EXPECT_EQ(initialize(host, {{"x-functions-key", alices}}).status, 200);
    EXPECT_EQ(initialize(host, {{"x-functions-key", bobs}}).status, 200);
    const std::string shown = command_line_of(host.bridge().pid());
    EXPECT_THAT(shown, HasSubstr("alice=***"));
    EXPECT_THAT(shown, HasSubstr("bob=***"));
    EXPECT_THAT(shown, Not(HasSubstr("0123456789")));
}

TEST_P(keys, that_are_wrong_or_missing_are_refused_alike) {
    hosted_fixture host(guarded());
    const http_response without = initialize(host, {});
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(without.header("www-authenticate"), "Bearer");
    EXPECT_EQ(error_code(without.body), -32000);
    EXPECT_THAT(error_text(without.body), HasSubstr("the request has no key"));
    // The answer is the same however near the key is, and whoever's name stands in front of it.
    const std::string unnamed = initialize(host, {{"x-api-key", "x"}}).body;
    const std::string named = initialize(host, {{"x-api-key", "nobody=x"}}).body;
    EXPECT_THAT(error_text(unnamed), HasSubstr("the key in x-api-key is none that this bridge accepts"));
    const std::string right = alices;
    for (const std::string& wrong : {std::string("x"), right.substr(0, right.size() - 1), right + "x", "alice=" + right,
                                     std::string("ALICE-KEY-0123456789"), std::string(5000, 'k')}) {
        const std::string body = initialize(host, {{"x-api-key", wrong}}).body;
        EXPECT_EQ(body, wrong.starts_with("alice=") ? named : unnamed) << wrong;
        EXPECT_THAT(error_text(initialize(host, {{"Authorization", "Bearer " + wrong}}).body), HasSubstr("the key in Authorization is none"));
        EXPECT_THAT(error_text(initialize(host, {}, "?code=" + wrong).body), HasSubstr("the key in ?code= is none"));
    }
    EXPECT_EQ(initialize(host, {{"x-functions-key", ""}}).status, 401);
    EXPECT_EQ(initialize(host, {}, "?code=%zz").status, 401);
    EXPECT_EQ(initialize(host, {}, "?CODE=" + right).status, 401);
}

TEST_P(keys, that_are_sent_in_another_form_get_the_form_that_is_right) {
    hosted_fixture host(guarded());
    const auto refusal = [&](const std::string& value) {
        const http_response refused = initialize(host, {{"Authorization", value}});
        EXPECT_EQ(refused.status, 401) << value;
        EXPECT_THAT(error_text(refused.body), HasSubstr("Send the key as 'Authorization: Bearer KEY', in the header x-api-key")) << value;
        EXPECT_THAT(refused.body, Not(HasSubstr(alices))) << value;
        return error_text(refused.body);
    };
    const std::string right = alices;
    EXPECT_THAT(refusal("Basic " + right), HasSubstr("scheme Basic"));
    EXPECT_THAT(refusal("Token " + right), HasSubstr("another scheme than Bearer"));
    EXPECT_THAT(refusal(right), HasSubstr("the word Bearer is missing"));
    EXPECT_THAT(refusal("alice=" + right), HasSubstr("of NAME=KEY send only the part behind"));
    EXPECT_THAT(refusal("Bearer alice=" + right), HasSubstr("of NAME=KEY send only the part behind"));
    EXPECT_TRUE(host.bridge().logs("refused a request of 127.0.0.1 with 401: Unauthorized: "));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr(alices)));
}

TEST_P(keys, are_asked_for_on_every_request_and_before_anything_is_said_of_a_session) {
    hosted_fixture host(guarded());
    mcp_session session = session_with(host, alices);
    http_headers headers = session.headers();
    headers.erase("x-functions-key");
    EXPECT_EQ(host.connect().post("/mcp", headers, call_text("1", "echo")).status, 401);
    EXPECT_EQ(host.connect().request("DELETE", "/mcp", headers).status, 401);
    EXPECT_EQ(session.call("echo").text(), "ok");
    // Probes and preflights carry none.
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
    EXPECT_EQ(host.connect().request("OPTIONS", "/mcp").status, 204);
}

TEST_P(keys, are_checked_before_the_body_is_read) {
    hosted_fixture host(guarded());
    http_client connection = host.connect();
    connection.send_raw(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000000\r\n\r\n");
    EXPECT_EQ(connection.read_head().status, 401);
}

TEST_P(keys, open_no_session_of_another_holder) {
    hosted_fixture host(guarded());
    mcp_session hers = session_with(host, alices);
    mcp_session his = session_with(host, bobs);
    his.set_id(hers.id());
    EXPECT_EQ(his.call("echo").http.status, 404);
    EXPECT_EQ(error_code(his.call("echo").message), -32001);
    EXPECT_EQ(his.notify("notifications/cancelled", R"({"requestId":1})").status, 404);
    EXPECT_EQ(his.terminate().status, 404);
    EXPECT_EQ(hers.call("echo").text(), "ok");
}

TEST_P(keys, hide_the_reason_of_being_not_ready_from_strangers) {
    hosting broken = guarded();
    broken.flags = {"--crash-on", "start", "--last-words", "internal detail"};
    broken.works = false;
    hosted_fixture host(broken);
    EXPECT_TRUE(eventually([&] {
        return host.connect().get("/readyz", {{"x-functions-key", alices}}).body.find("internal detail") != std::string::npos;
    }));
    EXPECT_EQ(host.connect().get("/readyz").body, "not ready\n");
}

// A page that uses DNS rebinding calls the bridge by the name of its own site, and can read the reply.
TEST(reason_of_being_not_ready, is_hidden_from_other_names) {
    hosting broken{.flags = {"--crash-on", "start", "--last-words", "internal detail"}};
    broken.works = false;
    hosted_fixture host(broken);
    ASSERT_TRUE(eventually([&] { return host.connect().get("/readyz").body.find("internal detail") != std::string::npos; }));
    const http_response foreign = host.connect().get("/readyz", {{"Host", "evil.example"}});
    EXPECT_EQ(foreign.status, 503);
    EXPECT_EQ(foreign.body, "not ready\n");
}

TEST_P(keys, and_session_ids_show_in_no_log_and_reach_no_child) {
    hosted_fixture host(guarded({"--log-level", "trace"}));
    mcp_session session = session_with(host, alices);
    const std::string code = "secret-code-in-query";
    initialize(host, {}, "?code=" + code);
    initialize(host, {{"x-functions-key", "secret-code-in-header"}});
    initialize(host, {{"x-api-key", "secret-code-api-key"}});
    initialize(host, {{"x-auth-token", "secret-code-auth-token"}});
    initialize(host, {{"Authorization", "Bearer secret-code-bearer"}});
    initialize(host, {{"Authorization", "Basic secret-code-basic"}});
    initialize(host, {{"Authorization", "alice=secret-code-named"}});
    // A server that got hold of a key must not be able to get it into the log.
    session.call("stderr", R"({"text":"my key is )" + std::string(alices) + R"("})");
    session.call("line", R"({"text":"my key is )" + std::string(alices) + R"(","then_answer":true})");
    ASSERT_TRUE(host.bridge().logs("my key is ***"));
    const std::string environment = session.call("process").at("result/structuredContent/environment");
    const std::string child = command_line_of(host.last_child()) + environment_of(host.last_child()) + environment;
    EXPECT_THAT(child, HasSubstr("stdio_fixture"));
    const std::string sessions_id = session.id();
    session.terminate();
    EXPECT_EQ(host.bridge().stop(), clean_exit);
    for (const std::string& secret : {std::string(alices), std::string(bobs), sessions_id, std::string("secret-code")}) {
        EXPECT_THAT(host.bridge().log(), Not(HasSubstr(secret)));
        EXPECT_THAT(child, Not(HasSubstr(secret)));
    }
    // But for the watchdog's mark.
    EXPECT_THAT(child, Not(ContainsRegex("MCP_BRIDGE_([^C]|C[^H])")));
}

TEST(keys_of_a_server, that_it_was_given_by_the_operator_show_in_no_log) {
    hosting given{.arguments = {"--env", "TOKEN_A=token-a-0123456789", "--env", "TOKEN_B", "--log-level", "trace"},
                  .environment = {"TOKEN_B=token-b-0123456789"}};
    hosted_fixture host(given);
    mcp_session session = host.session();
    EXPECT_EQ(session.call("process").at("result/structuredContent/environment/TOKEN_B"), R"("token-b-0123456789")");
    for (const char* token : {"token-a-0123456789", "token-b-0123456789"}) {
        session.call("stderr", R"({"text":"using )" + std::string(token) + R"("})");
        session.call("line", R"({"text":"printing )" + std::string(token) + R"(","then_answer":true})");
    }
    session.call("stderr", R"({"text":"the end"})");
    ASSERT_TRUE(host.bridge().logs("the end"));
    EXPECT_THAT(host.bridge().log(), HasSubstr("printing ***"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("token-a")));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("token-b")));
}

TEST(keys_at_the_start, are_needed_to_listen_to_everybody) {
    for (const char* address : {"0.0.0.0", "::"}) {
        const finished_bridge refused = run_bridge({"--host", address, "--port", "0", "--", "true"});
        EXPECT_EQ(refused.status, (exit_status{true, 2}));
        EXPECT_THAT(refused.log, HasSubstr("without a key"));
        EXPECT_THAT(refused.log, HasSubstr("--allow-anonymous"));
    }
    bridge_process guarded({.arguments = {"--host", "0.0.0.0"}, .environment = {"MCP_BRIDGE_KEYS=a=0123456789"}});
    EXPECT_EQ(guarded.connect().post("/mcp", {}, "").status, 401);
    bridge_process open({.arguments = {"--host", "0.0.0.0", "--allow-anonymous"}});
    EXPECT_EQ(mcp_session(open.port()).open().call("echo").text(), "ok");
}

TEST(keys_at_the_start, come_from_a_file_too) {
    const temp_folder folder;
    const std::string file = folder.file("keys", "# comment\n\n  alice=key-of-alice-1 \r\nbob=key=of=bob=1\n");
    hosted_fixture host({.arguments = {"--keys-file", file}, .headers = {{"x-functions-key", "key-of-alice-1"}}});
    EXPECT_EQ(host.session().call("echo").text(), "ok");
    const http_response his = host.connect().post("/mcp", {{"x-functions-key", "key=of=bob=1"}}, "");
    EXPECT_EQ(his.status, 415);
}

TEST(keys_at_the_start, that_are_no_keys_are_named_by_their_place_only) {
    const temp_folder folder;
    struct mistake {
        std::string text;
        std::string says;
    };
    for (const auto& [text, says] :
         {mistake{"a=0123456789\nno-name-but-secret\n", "line 2"}, mistake{"\n\na=longkey1\nb=secret0\n", "line 4"},
          mistake{"=secret-without-name\n", "line 1"}, mistake{"anonymous=secret-0123456789\n", "line 1"}, mistake{"# nothing\n", "no key"}}) {
        const finished_bridge refused = run_bridge({"--keys-file", folder.file("keys", text), "--", "true"});
        EXPECT_EQ(refused.status, (exit_status{true, 2})) << text;
        EXPECT_THAT(refused.log, HasSubstr(says)) << text;
        EXPECT_THAT(refused.log, Not(HasSubstr("secret"))) << text;
    }
    EXPECT_THAT(run_bridge({"--keys-file", folder.path("none"), "--", "true"}).log, HasSubstr("cannot read"));
    const finished_bridge shorter = run_bridge({"--key", "carol=secret", "--", "true"});
    EXPECT_EQ(shorter.status, (exit_status{true, 2}));
    EXPECT_THAT(shorter.log, HasSubstr("shorter than 8"));
    EXPECT_THAT(shorter.log, Not(HasSubstr("secret")));
    EXPECT_THAT(run_bridge({"--", "true"}, {"MCP_BRIDGE_KEYS=a=0123456789,secret"}).log, AllOf(HasSubstr("key 2"), Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace e2e
