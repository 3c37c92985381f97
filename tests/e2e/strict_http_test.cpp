// Promise: a request that a proxy, the bridge and a server could each read differently is refused, and its connection closed; a request that
// is unusual and clear is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdio>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

constexpr const char* healthz = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

class strict_http : public testing::Test {
protected:
    /// A whole POST of a call in `session`, with `more` header lines, to `target`.
    static std::string post(const mcp_session& session, const std::string& more, const std::string& target = "/mcp",
                            const std::string& host = "localhost") {
        const std::string body = call_text("1", "echo");
        std::string text = "POST " + target + " HTTP/1.1\r\nHost: " + host + "\r\n";
        for (const auto& [name, value] : session.headers()) {
            if (more.find(name + ":") == std::string::npos) text += name + ": " + value + "\r\n";
        }
        return text + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    /// A POST whose body comes as `chunks`.
    static std::string chunked(const mcp_session& session, const std::string& chunks) {
        std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n";
        for (const auto& [name, value] : session.headers()) text += name + ": " + value + "\r\n";
        return text + "\r\n" + chunks;
    }
    static void expect_refused(const hosted_fixture& host, const std::string& request, int status = 400) {
        http_client connection = host.connect();
        // A second request is behind it, which must not be served: its sender may have meant it as something else.
        connection.send_raw(request + healthz);
        EXPECT_EQ(connection.read_head().status, status) << request.substr(0, 500);
        EXPECT_NE(error_text(connection.read_body()), "") << request.substr(0, 500);
        EXPECT_TRUE(connection.is_closed_by_server()) << request.substr(0, 500);
    }
    static int status_of(const hosted_fixture& host, const std::string& request) {
        http_client connection = host.connect();
        connection.send_raw(request);
        return connection.read_head().status;
    }
};

TEST_F(strict_http, refuses_repeated_headers_that_decide_who_and_what) {
    hosted_fixture host;
    const mcp_session session = host.session();
    const std::string id = "Mcp-Session-Id: " + session.id() + "\r\n";
    const std::string length = "Content-Length: " + std::to_string(call_text("1", "echo").size()) + "\r\n";
    for (const std::string& more :
         {"Host: localhost\r\n"s, id + id, "Content-Length: 2\r\n"s, length, "Origin: http://localhost\r\nOrigin: http://localhost\r\n"s,
          "Authorization: Bearer a\r\nAuthorization: Bearer a\r\n"s, "x-functions-key: a\r\nX-Functions-Key: a\r\n"s,
          "X-Forwarded-Host: a\r\nX-Forwarded-Host: a\r\n"s, "X-MS-CLIENT-PRINCIPAL-ID: a\r\nX-MS-CLIENT-PRINCIPAL-ID: b\r\n"s,
          "MCP-Protocol-Version: 2025-06-18\r\nMCP-Protocol-Version: 2025-06-18\r\n"s, "Last-Event-ID: 1\r\nLast-Event-ID: 1\r\n"s}) {
        expect_refused(host, post(session, more));
    }
    EXPECT_EQ(host.received_methods().back(), "notifications/initialized") << "the server saw none of them";
}

// Beast waits for more of such a version; a client would wait for the header timeout, and see its connection closed without a word.
TEST_F(strict_http, answers_a_head_with_a_short_version_at_once) {
    hosted_fixture host;
    for (const std::string request : {"GET / 0\r\n\r\n", "GET / HTTP\r\n\r\n", "GET / HTTP/1\r\nHost: localhost\r\n\r\n", "GET / \r\n\r\n"}) {
        http_client connection = host.connect();
        connection.send_raw(request);
        EXPECT_EQ(connection.read_head().status, 400) << request;
        EXPECT_TRUE(connection.is_closed_by_server()) << request;
    }
}

TEST_F(strict_http, takes_exactly_one_transfer_coding) {
    hosted_fixture host;
    for (const char* codings :
         {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: identity, chunked\r\n",
          "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked;a=b\r\n", "Transfer-Encoding:\r\n", "Transfer-Encoding: \"chunked\"\r\n",
          "Transfer-Encoding : chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding\r\n: chunked\r\n",
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n"}) {
        expect_refused(host, "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::string(codings) + "\r\n0\r\n\r\n");
    }
}

TEST_F(strict_http, refuses_lines_that_are_not_clearly_lines) {
    hosted_fixture host;
    const std::string line = "GET /healthz HTTP/1.1\r\n";
    for (const std::string& head : {line + "Host: localhost\r\nA: b\r\n c\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\r\n\tc\r\n\r\n",
                                    line + "Host:\r\n localhost\r\n\r\n",
                                    line + " Host: localhost\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\r\n \r\n\r\n",
                                    line + "Host : localhost\r\n\r\n",
                                    line + "Host\t: localhost\r\n\r\n",
                                    line + "Host: localhost\nA: b\r\n\r\n",
                                    line + "Host: localhost\r\n\n",
                                    line + "Host: localhost\rA: b\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\rc\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\r\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\0c\r\n\r\n"s,
                                    line + "Host: localhost\r\nA\0: b\r\n\r\n"s,
                                    line + "Host: localhost\r\n: b\r\n\r\n",
                                    line + "Host: localhost\r\nA\r\n\r\n",
                                    line + "Host: localhost\r\nA: b\x7F\r\n\r\n",
                                    line + "Host: local host\r\n\r\n",
                                    line + "Host: localhost@evil.example\r\n\r\n",
                                    std::string("GET /healthz\r\n\r\n"),
                                    std::string("GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                                    std::string("GET /healthz HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
                                    std::string("GET /healthz\tHTTP/1.1\r\nHost: localhost\r\n\r\n"),
                                    std::string("GET /health z HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                                    std::string("GET /healthz HTTP/1.1\nHost: localhost\n\n"),
                                    std::string("GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n")}) {
        expect_refused(host, head);
    }
    // Byte by byte the same is seen.
    http_client slow = host.connect();
    for (const char& byte : line + "Host: localhost\r\nA: b\r\n c\r\n\r\n") slow.send_raw({&byte, 1});
    EXPECT_EQ(slow.read_head().status, 400);
}

TEST_F(strict_http, refuses_chunks_that_are_not_clearly_chunks) {
    hosted_fixture host;
    const mcp_session session = host.session();
    for (const char* chunks : {"1;a=\"\n\"\r\n{\r\n0\r\n\r\n", "1;a=\"\x7F\"\r\n{\r\n0\r\n\r\n", "1\n{\r\n0\r\n\r\n", "1\r\n{0\r\n\r\n",
                               "1 \r\n{\r\n0\r\n\r\n", "0x1\r\n{\r\n0\r\n\r\n", "-1\r\n{\r\n0\r\n\r\n", "1;\r\n{\r\n0\r\n\r\n", "\r\n0\r\n\r\n",
                               "FFFFFFFFFFFFFFFFF\r\n", "0\r\nA: b\r\n c\r\n\r\n", "0\r\n A: b\r\n\r\n", "0\r\nA : b\r\n\r\n",
                               "0\r\nContent-Length: 1\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        expect_refused(host, chunked(session, chunks));
    }
    std::string extended;
    for (int i = 0; i < 100; ++i) extended += "1;a=" + std::string(1000, 'x') + "\r\n \r\n";
    expect_refused(host, chunked(session, extended), 431);
    expect_refused(host, chunked(session, "1;a=" + std::string(50'000, 'x')), 431);
    expect_refused(host, chunked(session, "1\r\n{\r\n0\r\nA: " + std::string(50'000, 'x')), 431);
}

TEST_F(strict_http, reads_nothing_from_a_trailer) {
    hosted_fixture host;
    mcp_session session = host.session();
    const std::string id = session.id();
    session.set_id("");
    const std::string body = call_text("1", "echo");
    std::string size(8, '0');
    std::snprintf(size.data(), size.size() + 1, "%08zx", body.size());
    EXPECT_EQ(status_of(host, chunked(session, size + "\r\n" + body + "\r\n0\r\nMcp-Session-Id: " + id + "\r\n\r\n")), 400) << "no session is named";
}

TEST_F(strict_http, joins_lists_that_come_in_several_lines) {
    hosted_fixture host;
    mcp_session session = host.session();
    for (const char* accept :
         {"Accept: text/event-stream\r\nAccept: application/json\r\n", "Accept: application/json\r\naccept: text/event-stream\r\n",
          "Accept:\r\nAccept: text/html\r\nAccept: */*;q=0.1\r\n"}) {
        std::string text = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: " + session.id() + "\r\n" + accept + "\r\n";
        http_client stream = host.connect();
        stream.send_raw(text);
        EXPECT_EQ(stream.read_head().status, 200) << accept;
    }
    http_client closing = host.connect();
    closing.send_raw(post(session, "Connection: close\r\nConnection: x-other\r\n"));
    EXPECT_EQ(closing.read_head().header("connection"), "close");
    EXPECT_EQ(status_of(host, post(session, "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n")), 415);
}

TEST_F(strict_http, judges_absolute_targets_by_their_own_host) {
    hosted_fixture host;
    const mcp_session session = host.session();
    for (const char* target : {"http://localhost/mcp", "HTTP://LOCALHOST:8080/mcp?x=1", "https://127.0.0.1/mcp", "http://[::1]:99/mcp/"}) {
        EXPECT_EQ(status_of(host, post(session, "", target, "evil.example")), 200) << target;
    }
    EXPECT_EQ(status_of(host, post(session, "", "http://evil.example/mcp")), 403);
    EXPECT_EQ(status_of(host, post(session, "", "http://localhost.evil.example/mcp")), 403);
    EXPECT_EQ(status_of(host, post(session, "", "http://localhost/nothing")), 404);
    EXPECT_EQ(status_of(host, "GET http://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200) << "the home page";
    for (const char* target : {"http:///mcp", "http://", "http://localhost@evil.example/mcp", "http://evil.example@localhost/mcp"}) {
        expect_refused(host, post(session, "", target));
    }
    expect_refused(host, "GET http://localhost/healthz HTTP/1.1\r\n\r\n");
}

TEST_F(strict_http, skips_empty_lines_before_a_request) {
    hosted_fixture host;
    http_client connection = host.connect();
    connection.send_raw("\r\n\r\n" + std::string(healthz) + "\r\n" + healthz);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(connection.read_head().status, 200);
        EXPECT_EQ(connection.read_body(), "ok\n");
    }
    for (const char& byte : std::string("\r\n\r\n") + healthz) connection.send_raw({&byte, 1});
    EXPECT_EQ(connection.read_head().status, 200);
    EXPECT_EQ(connection.read_body(), "ok\n");

    std::string many;
    for (int i = 0; i < 100; ++i) many += "\r\n";
    expect_refused(host, many);
    expect_refused(host, "\n");
    expect_refused(host, "\r\r\n");
}

TEST_F(strict_http, an_empty_line_is_no_request_that_could_be_late) {
    hosted_fixture host({.arguments = {"--limit", "header-timeout=0.2"}});
    http_client connection = host.connect();
    connection.send_raw("\r\n");
    // Another connection's request is cut off by that timeout meanwhile.
    http_client late = host.connect();
    late.send_raw("G");
    EXPECT_TRUE(late.is_closed_by_server());
    EXPECT_EQ(connection.get("/healthz").status, 200);
}

TEST_F(strict_http, says_when_a_target_is_too_long) {
    hosted_fixture host;
    expect_refused(host, "GET /" + std::string(50'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414);
    expect_refused(host, "GET / HTTP/1.1\r\nHost: localhost\r\nA: " + std::string(50'000, 'x') + "\r\n\r\n", 431);
    EXPECT_EQ(status_of(host, "GET /healthz?" + std::string(30'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
}

TEST_F(strict_http, takes_paths_as_they_are_written) {
    hosted_fixture host;
    for (const char* path :
         {"/%68ealthz", "/health%7A", "/mcp/../healthz", "/./healthz", "//healthz", "/healthz%00", "/healthz%0d%0a", "/healthz;x", "/HEALTHZ"}) {
        EXPECT_EQ(status_of(host, "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404) << path;
    }
}

TEST_F(strict_http, sends_no_interim_reply_to_http_1_0) {
    hosted_fixture host;
    const mcp_session session = host.session();
    std::string request = post(session, "Expect: 100-continue\r\n");
    request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
    http_client connection = host.connect();
    connection.send_raw(request);
    std::string seen(12, '\0');
    EXPECT_TRUE(eventually([&] { return ::recv(connection.fd(), seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT) == 12; }));
    EXPECT_EQ(seen, "HTTP/1.1 200");
}

}  // namespace
}  // namespace e2e
