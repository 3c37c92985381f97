// Promise: a person who opens the bridge in a browser learns that it is for MCP clients, and how clients reach it - and nothing that a stranger may
// not know.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* key = "alice-key-0123456789";

const http_headers browser = {{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}};

http_headers browser_with(const std::string& name, const std::string& value) {
    http_headers out = browser;
    out.emplace(name, value);
    return out;
}

TEST(home_page, tells_a_browser_what_is_here) {
    const bridge_process bridge({.arguments = {"--name", "name-of-the-server"}});
    const std::string address = "http://127.0.0.1:" + std::to_string(bridge.port());
    for (const char* target : {"/", "/mcp", "/mcp/", "/mcp?x=y"}) {
        const http_response page = bridge.connect().get(target, browser);
        EXPECT_EQ(page.status, 200) << target;
        EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8") << target;
        EXPECT_THAT(page.body, AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("MCP"), HasSubstr("<code>" + address + "/mcp</code>"),
                                     HasSubstr("<code>" + address + "/sse</code>"), HasSubstr("no key")))
            << target;
        EXPECT_THAT(page.body, AllOf(Not(HasSubstr("script")), Not(HasSubstr("style")), Not(HasSubstr("stdio_fixture")),
                                     Not(HasSubstr("name-of-the-server")), Not(HasSubstr("x=y"))))
            << target;
        EXPECT_THAT(page.header("content-security-policy"), AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"))) << target;
        EXPECT_EQ(page.header("x-content-type-options"), "nosniff") << target;
        EXPECT_EQ(page.header("referrer-policy"), "no-referrer") << target;
        EXPECT_EQ(page.header("cache-control"), "no-store") << target;
        EXPECT_EQ(page.header("vary"), "Accept") << target;
        EXPECT_LT(page.body.size(), 2048U);
    }
    const http_response head = bridge.connect().request("HEAD", "/", browser);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
}

TEST(home_page, is_for_browsers_only) {
    const bridge_process bridge;
    EXPECT_THAT(bridge.connect().get("/").body, StartsWith("mcp-bridge "));
    EXPECT_THAT(bridge.connect().get("/", {{"Accept", "*/*"}}).body, StartsWith("mcp-bridge "));
    EXPECT_EQ(bridge.connect().get("/mcp", {{"Accept", "text/event-stream"}}).header("content-type"), "application/json");
    EXPECT_EQ(bridge.connect().get("/mcp", {{"Accept", "*/*"}}).header("content-type"), "application/json");
    EXPECT_EQ(bridge.connect().post("/mcp", browser_with("Content-Type", "application/json"), "{}").status, 400);
    EXPECT_EQ(bridge.connect().get("/", browser_with("Host", "evil.example")).status, 403);
    EXPECT_EQ(bridge.connect().get("/", browser_with("Origin", "https://evil.example")).status, 403);
}

TEST(home_page, says_how_to_send_a_key_and_reveals_none) {
    hosted_fixture host({.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + key}, .headers = {{"x-api-key", key}}});
    for (const std::string& target : {std::string("/"), std::string("/mcp"), std::string("/mcp?code=") + key}) {
        const http_response page = host.connect().get(target, browser);
        EXPECT_EQ(page.status, 200) << target;
        EXPECT_THAT(page.body, AllOf(HasSubstr("Clients must send a key"), HasSubstr("Authorization: Bearer KEY"), HasSubstr("x-api-key"),
                                     HasSubstr("?code=KEY")));
        EXPECT_THAT(page.body, AllOf(Not(HasSubstr(key)), Not(HasSubstr("alice"))));
    }
    EXPECT_EQ(host.connect().get("/mcp", {{"Accept", "*/*"}}).status, 401) << "a page needs no key; the endpoint does";
}

TEST(home_page, escapes_what_comes_from_the_request) {
    // On such an address the bridge does not check the name, because it knows none.
    const bridge_process open({.arguments = {"--host", "0.0.0.0", "--allow-anonymous", "--path-prefix", "forwarded"}});
    http_headers headers = browser_with("Host", "a&b'c.example:80");
    headers.insert({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Prefix", "/x&y'z"}});
    const std::string page = open.connect().get("/", headers).body;
    EXPECT_THAT(page, HasSubstr("<code>https://a&amp;b&#39;c.example:80/x&amp;y&#39;z/mcp</code>"));
    headers.erase("X-Forwarded-Proto");
    headers.erase("X-Forwarded-Prefix");
    headers.insert({{"X-Forwarded-Proto", "javascript:<b>"}, {"X-Forwarded-Prefix", "/<script>"}});
    EXPECT_THAT(open.connect().get("/", headers).body,
                AllOf(HasSubstr("<code>http://a&amp;b&#39;c.example:80/mcp</code>"), Not(HasSubstr("script"))));
    EXPECT_EQ(open.connect().get("/", browser_with("Host", "<script>")).status, 400);
}

TEST(home_page, has_the_path_in_front_of_the_proxy) {
    const bridge_process bridge({.arguments = {"--path-prefix", "/weather", "--path", "/tools", "--sse-path", "off"}});
    const std::string page = bridge.connect().get("/", browser).body;
    EXPECT_THAT(page, AllOf(HasSubstr("/weather/tools</code>"), Not(HasSubstr("HTTP+SSE"))));
    EXPECT_THAT(bridge.connect().get("/").body, HasSubstr("(Streamable HTTP): /weather/tools\n"));
    EXPECT_THAT(bridge.connect().get("/nowhere").body, HasSubstr("MCP is at /weather/tools"));
}

}  // namespace
}  // namespace e2e
