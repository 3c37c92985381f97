// Promise: an operator whose client fails finds a line in the log that says why the bridge refused the client and what to do about it; no client can
// fill the log, or write into it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* key = "alice-key-0123456789";

struct refusal {
    int status;
    std::string method;
    std::string target;
    http_headers headers;
    std::string says;  ///< in the log
};

TEST(refusals_in_the_log, name_the_reason_and_the_remedy) {
    hosted_fixture host({.arguments = {"--max-body-size", "1KiB", "--max-session-requests", "1", "--max-sessions", "1"},
                         .environment = {std::string("MCP_BRIDGE_KEYS=alice=") + key},
                         .headers = {{"x-api-key", key}}});
    mcp_session session = host.session();
    const http_headers json = session.headers();
    const auto with = [&json](const std::string& name, const std::string& value) {
        http_headers out = json;
        out.erase(name);
        out.emplace(name, value);
        return out;
    };
    const std::vector<refusal> all = {
        {401, "POST", "/mcp", {}, "with 401: Unauthorized: the request has no key. Send the key as"},
        {403, "POST", "/mcp", with("Host", "mcp.example.com"), "--allowed-host mcp.example.com"},
        {404, "POST", "/nowhere", json, "with 404: Not found; MCP is at /mcp"},
        {404, "POST", "/mcp", with("Mcp-Session-Id", "0123"), "with 404: Session not found; the session has ended or never was"},
        {405, "POST", "/", json, "with 405: Method POST is not allowed here; MCP is at /mcp"},
        {406, "POST", "/mcp", with("Accept", "text/html"), "with 406: Not Acceptable: Accept must allow application/json"},
        {413, "POST", "/mcp", json, "with 413: Content Too Large: the body is over the limit; --max-body-size SIZE"},
        {415, "POST", "/mcp", with("Content-Type", "text/plain"), "with 415: Unsupported Media Type: Content-Type must be application/json"},
    };
    for (const refusal& each : all) {
        const std::string body = each.status == 413 ? std::string(2000, ' ') : call_text("1", "echo");
        EXPECT_EQ(host.connect().request(each.method, each.target, each.headers, body).status, each.status) << each.says;
        EXPECT_TRUE(host.bridge().logs(each.says)) << each.says << "\n" << host.bridge().log();
    }
    const http_client slow = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_EQ(session.call("echo").http.status, 429);
    EXPECT_TRUE(host.bridge().logs("with 429: too many requests are in flight in this session; --max-session-requests N allows more"));
    EXPECT_EQ(host.client().initialize().http.status, 503);
    EXPECT_TRUE(host.bridge().logs("with 503: "));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr(key)));
}

// Waits for no answer of the child: the 503 of a call comes as late as its limit.
TEST(refusals_in_the_log, include_a_call_that_gets_no_process) {
    hosted_fixture host({.isolation = "request", .arguments = {"--max-children", "1", "--start-timeout", "1"}});
    mcp_session session = host.session();
    const http_client slow = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_EQ(session.call("echo").http.status, 503);
    EXPECT_TRUE(host.bridge().logs("refused a request of 127.0.0.1 with 503: ")) << host.bridge().log();
}

TEST(refusals_in_the_log, are_bounded_and_have_nothing_of_the_request) {
    hosted_fixture host({.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + key}, .headers = {{"x-api-key", key}}});
    const std::string filler(3000, 'f');
    for (int i = 0; i < 200; ++i) {
        http_client client = host.connect();
        client.request("POST", "/secret-path-" + filler, {{"x-api-key", key}}, "{}");
        client = host.connect();
        client.request("SECRETMETHOD" + filler, "/mcp", {{"x-api-key", key}});
        client = host.connect();
        client.request("POST", "/mcp", {{"x-api-key", key}, {"Content-Type", "secret-type/" + filler}}, "{}");
        client = host.connect();
        client.request("GET", "/mcp", {{"Host", "secret_host\x80" + filler}});
        client = host.connect();
        client.request("GET", "/mcp", {{"Authorization", "Basic secret-basic" + filler}});
    }
    ASSERT_TRUE(host.bridge().logs("with 415"));
    const std::string log = host.bridge().log();
    for (const char* part : {"secret", "SECRET", "ffffffff", "\x80"}) EXPECT_THAT(log, Not(HasSubstr(part)));
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = log.find("refused a request", at)) != std::string::npos; ++at) ++lines;
    EXPECT_GE(lines, 5U) << "one of each kind";
    EXPECT_LT(lines, 500U) << "of a thousand";
    // The next line of a kind counts those that were left out.
    EXPECT_TRUE(eventually([&] {
        host.connect().request("POST", "/nowhere", {{"x-api-key", key}}, "{}");
        return host.bridge().log().find("more like this before)") != std::string::npos;
    }));
}

}  // namespace
}  // namespace e2e
