// Promise: a web page cannot use the bridge through its visitor's browser unless the operator named it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* named = "https://app.example.com";

class origin : public in_both_isolations {
protected:
    static http_response call_with(const hosted_fixture& host, const mcp_session& session, const std::string& header, const std::string& value) {
        http_headers headers = session.headers();
        headers.emplace(header, value);
        return host.connect().post("/mcp", headers, call_text("1", "echo"));
    }
};
IN_BOTH_ISOLATIONS(origin);

TEST_P(origin, of_another_site_is_refused) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    const auto before = host.received();
    for (const char* evil : {"https://evil.example", "null", "", "http://localhost.evil.example", "http://127.0.0.1.evil.example",
                             "http://evil.example/http://localhost", "https://app.example.com", "localhost", "file://"}) {
        const http_response response = call_with(host, session, "Origin", evil);
        EXPECT_EQ(response.status, 403) << evil;
        EXPECT_EQ(error_code(response.body), -32000) << evil;
        EXPECT_THAT(error_text(response.body), HasSubstr("Origin")) << evil;
        EXPECT_EQ(response.header("access-control-allow-origin"), "") << evil;
    }
    EXPECT_EQ(host.received(), before);
    EXPECT_EQ(host.connect().get("/", {{"Origin", "https://evil.example"}}).status, 403);
}

TEST_P(origin, is_judged_before_the_body_is_read) {
    hosted_fixture host(how());
    http_client connection = host.connect();
    connection.send_raw(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_EQ(connection.read_head().status, 403);
}

TEST_P(origin, of_this_machine_is_fine) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* own : {"http://localhost", "http://localhost:6274", "http://127.0.0.1:3000", "https://LOCALHOST", "http://[::1]:8080"}) {
        const http_response response = call_with(host, session, "Origin", own);
        EXPECT_EQ(response.status, 200) << own;
        EXPECT_EQ(response.header("access-control-allow-origin"), "") << "CORS is off unless configured";
    }
}

TEST_P(origin, that_was_named_gets_cors_headers) {
    hosted_fixture host(how({"--allowed-origin", named, "--allowed-origin", "http://other.example:8080"}));
    const mcp_session session = host.session();
    const http_response response = call_with(host, session, "Origin", named);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("access-control-allow-origin"), named);
    EXPECT_THAT(response.header("access-control-expose-headers"), HasSubstr("Mcp-Session-Id"));
    EXPECT_EQ(response.header("vary"), "Origin");
    EXPECT_EQ(call_with(host, session, "Origin", "http://other.example:8080").status, 200);
    EXPECT_EQ(call_with(host, session, "Origin", "http://app.example.com").status, 403) << "another scheme";
    EXPECT_EQ(call_with(host, session, "Origin", std::string(named) + ":8443").status, 403) << "another port";
    // A page can read why it was refused, too.
    const http_response refused = host.connect().post("/mcp", {{"Origin", named}}, "");
    EXPECT_EQ(refused.status, 415);
    EXPECT_EQ(refused.header("access-control-allow-origin"), named);
}

TEST_P(origin, that_was_named_gets_its_preflight) {
    hosted_fixture host(how({"--allowed-origin", named}));
    const http_headers asks{{"Origin", named},
                            {"Access-Control-Request-Method", "POST"},
                            {"Access-Control-Request-Headers", "content-type,mcp-session-id,mcp-protocol-version"}};
    const http_response preflight = host.connect().request("OPTIONS", "/mcp", asks);
    EXPECT_EQ(preflight.status, 204);
    EXPECT_EQ(preflight.header("access-control-allow-origin"), named);
    EXPECT_THAT(preflight.header("access-control-allow-methods"), HasSubstr("POST"));
    EXPECT_THAT(preflight.header("access-control-allow-methods"), HasSubstr("DELETE"));
    EXPECT_EQ(preflight.header("access-control-allow-headers"), "content-type,mcp-session-id,mcp-protocol-version") << "those that it asks for";
    const http_response plain = host.connect().request("OPTIONS", "/mcp");
    EXPECT_EQ(plain.status, 204);
    EXPECT_EQ(plain.header("access-control-allow-origin"), "");
    EXPECT_EQ(plain.header("access-control-allow-methods"), "");
    EXPECT_EQ(host.connect().request("OPTIONS", "/mcp", {{"Origin", "https://evil.example"}}).status, 403);
}

// SDKs, gateways and tracing add headers of their own.
TEST_P(origin, that_was_named_may_send_the_headers_that_its_preflight_asks_for) {
    hosted_fixture host(how({"--allowed-origin", named}));
    const auto allowed_of = [&](const std::string& page_origin, const http_headers& asked) {
        http_headers headers = asked;
        headers.insert({{"Origin", page_origin}, {"Access-Control-Request-Method", "POST"}});
        return host.connect().request("OPTIONS", "/mcp", headers).header("access-control-allow-headers");
    };
    const std::string asks = "Access-Control-Request-Headers";
    EXPECT_EQ(allowed_of(named, {{asks, "traceparent, x-my-tenant,mcp-name"}}), "traceparent, x-my-tenant,mcp-name");
    EXPECT_EQ(allowed_of(named, {{asks, "x-a"}, {asks, "x-b"}}), "x-a, x-b");
    const std::string usual = allowed_of(named, {});
    for (const char* header :
         {"Content-Type", "Mcp-Session-Id", "MCP-Protocol-Version", "Authorization", "x-functions-key", "x-api-key", "x-auth-token"}) {
        EXPECT_THAT(usual, HasSubstr(header));
    }
    for (const std::string& wrong :
         {std::string("x-a: b"), std::string("x\xC3\xA9"), std::string("x-a;x-b"), std::string("(x)"), std::string(1025, 'x')}) {
        EXPECT_EQ(allowed_of(named, {{asks, wrong}}), usual) << wrong;
    }
    EXPECT_EQ(allowed_of("http://localhost", {{asks, "x-a"}}), "") << "CORS is for named origins only";
}

TEST_P(origin, that_was_named_can_read_every_refusal) {
    hosted_fixture host(how({"--allowed-origin", named, "--max-body-size", "1KiB"}));
    const http_response too_long = host.connect().post("/mcp", {{"Origin", named}, {"Content-Type", "application/json"}}, std::string(2000, ' '));
    EXPECT_EQ(too_long.status, 413);
    EXPECT_EQ(too_long.header("access-control-allow-origin"), named);
    for (const char* header : {"Mcp-Session-Id", "WWW-Authenticate", "Retry-After"}) {
        EXPECT_THAT(too_long.header("access-control-expose-headers"), HasSubstr(header));
    }
    // The length of this one is known only while it arrives.
    http_client chunked = host.connect();
    chunked.send_raw(std::string("POST /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: ") + named +
                     "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, ' ') + "\r\n0\r\n\r\n");
    const response_head refused = chunked.read_head();
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.header("access-control-allow-origin"), named);
}

TEST_P(origin, that_is_refused_is_named_with_the_option_that_allows_it) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    EXPECT_THAT(error_text(call_with(host, session, "Origin", "https://app.example:8443").body),
                HasSubstr("pages of the Origin 'https://app.example:8443' may not use the bridge; if they are meant to, start it with "
                          "--allowed-origin https://app.example:8443"));
    EXPECT_THAT(error_text(call_with(host, session, "Host", "mcp.example.com:443").body),
                HasSubstr("requests for the Host 'mcp.example.com' are not allowed; if clients are meant to use this name, start the bridge with "
                          "--allowed-host mcp.example.com"));
    EXPECT_TRUE(host.bridge().logs("refused a request of 127.0.0.1 with 403: Forbidden: pages of the Origin 'https://app.example:8443'"));
}

TEST_P(origin, hides_behind_no_host_name_that_was_rebound) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* evil : {"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.2.evil.example", "128.0.0.2", ""}) {
        const http_response response = call_with(host, session, "Host", evil);
        EXPECT_EQ(response.status, 403) << evil;
        EXPECT_THAT(error_text(response.body), HasSubstr("Host")) << evil;
    }
    for (const char* own : {"localhost", "LocalHost:1", "127.0.0.1", "127.0.0.2", "[::1]:7071"}) {
        EXPECT_EQ(call_with(host, session, "Host", own).status, 200) << own;
    }
}

TEST_P(origin, may_use_a_host_name_that_was_allowed) {
    hosted_fixture host(how({"--allowed-host", "mcp.example.com"}));
    const mcp_session session = host.session();
    EXPECT_EQ(call_with(host, session, "Host", "mcp.example.com").status, 200);
    EXPECT_EQ(call_with(host, session, "Host", "MCP.example.com:8443").status, 200);
    EXPECT_EQ(call_with(host, session, "Host", "x.mcp.example.com").status, 403);
}

/// The status line of `request`, sent to `address`.
std::string status_line_at(const char* address, std::uint16_t port, const std::string& request) {
    const unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &to.sin_addr);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return "no connection";
    static_cast<void>(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL));
    std::string line(15, '\0');
    pollfd ready{socket.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return "no answer";
    line.resize(static_cast<std::size_t>(std::max<ssize_t>(::recv(socket.get(), line.data(), line.size(), 0), 0)));
    return line;
}

TEST(own_address, is_a_host_that_the_bridge_answers_to) {
    const auto home = [](const std::string& name) { return "GET / HTTP/1.1\r\nHost: " + name + "\r\n\r\n"; };
    const bridge_process loopback({.arguments = {"--host", "127.0.0.2"}});
    for (const char* name : {"127.0.0.2", "127.0.0.2:8080", "localhost", "127.0.0.1"}) {
        EXPECT_EQ(status_line_at("127.0.0.2", loopback.port(), home(name)), "HTTP/1.1 200 OK") << name;
    }
    EXPECT_EQ(status_line_at("127.0.0.2", loopback.port(), home("evil.example")), "HTTP/1.1 403 Fo");
    // An address that no name of another site's stands for, beside the names that were given.
    const bridge_process open({.arguments = {"--host", "0.0.0.0", "--allow-anonymous", "--allowed-host", "bridge.example"}});
    EXPECT_EQ(status_line_at("127.0.0.1", open.port(), home("bridge.example")), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_line_at("127.0.0.1", open.port(), home("0.0.0.0:80")), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_line_at("127.0.0.1", open.port(), home("evil.example")), "HTTP/1.1 403 Fo");
}

// Kubernetes and load balancers probe by the address of the container, or by a name of their own.
TEST(probes, are_answered_whatever_name_they_use) {
    const bridge_process bridge({.arguments = {"--metrics-listen", "0", "--allowed-host", "bridge.example"}});
    const auto probe = [](const std::string& path, const std::string& host) { return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"; };
    for (const char* name : {"10.1.2.3:7071", "health.internal", "evil.example", ""}) {
        EXPECT_EQ(status_line_at("127.0.0.1", bridge.port(), probe("/healthz", name)), "HTTP/1.1 200 OK") << name;
        EXPECT_TRUE(eventually([&] { return status_line_at("127.0.0.1", bridge.port(), probe("/readyz", name)) == "HTTP/1.1 200 OK"; })) << name;
        for (const char* other : {"/", "/mcp", "/sse", "/metrics"}) {
            EXPECT_EQ(status_line_at("127.0.0.1", bridge.port(), probe(other, name)), "HTTP/1.1 403 Fo") << name << ' ' << other;
        }
    }
    EXPECT_EQ(bridge.connect().get("/healthz", {{"Host", "evil.example"}, {"Origin", "https://evil.example"}}).status, 403) << "a page is no probe";
}

}  // namespace
}  // namespace e2e
