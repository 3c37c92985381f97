// Promise: HTTP clients of every habit are understood, whatever they accept and however their bytes arrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class http_manners : public in_both_isolations {
protected:
    /// The head of a POST, one line for each header of the session and `more`; without a body's length.
    static std::string head_of(const mcp_session& session, const std::string& more, const char* version = "1.1") {
        std::string text = std::string("POST /mcp HTTP/") + version + "\r\nHost: localhost\r\n";
        for (const auto& [name, value] : session.headers()) text += name + ": " + value + "\r\n";
        return text + more + "\r\n";
    }
    static std::string length_of(const std::string& body) { return "Content-Length: " + std::to_string(body.size()) + "\r\n"; }
    /// A call that brings progress before its answer, from a client that accepts `accept` ("-" for no such
    /// header).
    static http_response progress_for(const hosted_fixture& host, const mcp_session& session, const std::string& accept) {
        http_headers headers = session.headers();
        headers.erase("Accept");
        if (accept != "-") headers.emplace("Accept", accept);
        return host.connect().post("/mcp", headers,
                                   request_text("7", "tools/call", R"({"name":"progress","arguments":{"count":1},"_meta":{"progressToken":1}})"));
    }
};
IN_BOTH_ISOLATIONS(http_manners);

TEST_P(http_manners, who_takes_streams_gets_one_when_there_is_progress) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* accept :
         {"-", "*/*", "", "application/json, text/event-stream", "text/event-stream", "text/*", "APPLICATION/JSON,Text/Event-Stream",
          "application/json;q=0, text/event-stream", "text/html, */*;q=0.8", "application/json;q=0.1,text/event-stream;q=0.001"}) {
        const http_response response = progress_for(host, session, accept);
        EXPECT_EQ(response.status, 200) << accept;
        EXPECT_TRUE(response.is_event_stream()) << accept;
        EXPECT_THAT(response.body, HasSubstr("progressToken"));
    }
}

TEST_P(http_manners, who_takes_json_only_gets_json) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* accept : {"application/json", "application/*", "application/json; charset=utf-8", "application/json, text/event-stream;q=0",
                               "application/json, text/event-stream; q=0.0"}) {
        const http_response response = progress_for(host, session, accept);
        EXPECT_EQ(response.status, 200) << accept;
        EXPECT_EQ(response.header("content-type"), "application/json") << accept;
        EXPECT_EQ(at(response.body, "result/content/0/text"), R"("finished")") << accept;
    }
}

TEST_P(http_manners, takes_json_by_any_spelling_of_its_type) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* type : {"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json ; x=y"}) {
        http_headers headers = session.headers();
        headers.erase("Content-Type");
        headers.emplace("Content-Type", type);
        EXPECT_EQ(host.connect().post("/mcp", headers, call_text("1", "echo")).status, 200) << type;
    }
}

TEST_P(http_manners, takes_the_path_with_a_slash_and_with_a_query) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const char* path : {"/mcp/", "/mcp?x=1", "/mcp/?code="}) {
        EXPECT_EQ(host.connect().post(path, session.headers(), call_text("1", "echo")).status, 200) << path;
    }
}

TEST_P(http_manners, tells_who_expects_it_to_go_on) {
    hosted_fixture host(how());
    const std::string body = call_text("1", "echo");
    http_client connection = host.connect();
    connection.send_raw(head_of(host.session(), "Expect: 100-continue\r\n" + length_of(body)));
    // The client reads over a 100 by itself; so the raw bytes are looked at.
    std::string seen(25, '\0');
    EXPECT_TRUE(eventually([&] { return ::recv(connection.fd(), seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT) == 25; }));
    EXPECT_EQ(seen, "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send_raw(body);
    EXPECT_EQ(connection.read_head().status, 200);
    EXPECT_THAT(connection.read_body(), HasSubstr("result"));
}

TEST_P(http_manners, serves_http_1_0) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    const std::string body = call_text("1", "echo");
    http_client once = host.connect();
    once.send_raw(head_of(session, length_of(body), "1.0") + body);
    EXPECT_EQ(once.read_head().header("connection"), "close");
    EXPECT_THAT(once.read_body(), HasSubstr("result"));
    EXPECT_TRUE(once.is_closed_by_server());

    http_client kept = host.connect();
    for (int i = 0; i < 2; ++i) {
        kept.send_raw(head_of(session, "Connection: keep-alive\r\n" + length_of(body), "1.0") + body);
        EXPECT_EQ(kept.read_head().header("connection"), "keep-alive");
        EXPECT_THAT(kept.read_body(), HasSubstr("result"));
    }
}

TEST_P(http_manners, streams_to_http_1_0_without_chunks) {
    hosted_fixture host(how());
    const std::string body = call_text("1", "log", R"({"count":2})");
    http_client connection = host.connect();
    connection.send_raw(head_of(host.session(), "Connection: keep-alive\r\n" + length_of(body), "1.0") + body);
    const response_head head = connection.read_head();
    EXPECT_TRUE(head.is_event_stream());
    EXPECT_EQ(head.header("transfer-encoding"), "");
    const std::string events = connection.read_body();
    EXPECT_THAT(events, HasSubstr("notifications/message"));
    EXPECT_THAT(events, HasSubstr("logged"));
}

TEST_P(http_manners, takes_a_body_in_chunks) {
    hosted_fixture host(how());
    const std::string body = call_text("1", "echo", R"({"text":"in chunks"})");
    std::string chunks;
    for (const char c : body) chunks += std::string("1;name=value\r\n") + c + "\r\n";
    http_client connection = host.connect();
    connection.send_raw(head_of(host.session(), "Transfer-Encoding: chunked\r\n") + chunks + "0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(connection.read_head().status, 200);
    EXPECT_THAT(connection.read_body(), HasSubstr("in chunks"));
    EXPECT_EQ(connection.get("/healthz").status, 200);
}

TEST_P(http_manners, takes_a_request_byte_by_byte) {
    hosted_fixture host(how());
    const std::string body = call_text("1", "echo", R"({"text":"bytes é😀"})");
    const std::string request = head_of(host.session(), length_of(body)) + body;
    http_client connection = host.connect();
    for (const char& byte : request) connection.send_raw({&byte, 1});
    EXPECT_EQ(connection.read_head().status, 200);
    EXPECT_THAT(connection.read_body(), HasSubstr("bytes é😀"));
}

TEST_P(http_manners, answers_pipelined_requests_in_their_order) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    std::string requests;
    for (const char* id : {"1", "2", "3"}) {
        const std::string body = call_text(id, id[0] == '1' ? "slow" : "echo", R"({"ms":50})");
        requests += head_of(session, length_of(body)) + body;
    }
    http_client connection = host.connect();
    connection.send_raw(requests + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (const char* id : {"1", "2", "3"}) {
        EXPECT_EQ(connection.read_head().status, 200);
        EXPECT_EQ(member(connection.read_body(), "id"), id);
    }
    EXPECT_EQ(connection.read_head().status, 200);
    EXPECT_EQ(connection.read_body(), "ok\n");
}

TEST_P(http_manners, keeps_a_connection_through_answers_streams_and_refusals) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    http_client connection = host.connect();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(connection.post("/mcp", session.headers(), call_text("1", "echo")).status, 200);
        EXPECT_TRUE(connection.post("/mcp", session.headers(), call_text("1", "log")).is_event_stream());
        EXPECT_EQ(connection.post("/mcp", session.headers(), "{").status, 400);
        EXPECT_EQ(connection.request("GET", "/nothing").status, 404);
    }
}

TEST_P(http_manners, closes_when_asked_to) {
    hosted_fixture host(how());
    http_headers headers = host.session().headers();
    headers.emplace("Connection", "close");
    http_client connection = host.connect();
    EXPECT_EQ(connection.post("/mcp", headers, call_text("1", "echo")).header("connection"), "close");
    EXPECT_TRUE(connection.is_closed_by_server());
}

TEST_P(http_manners, refuses_what_is_no_http_or_could_be_read_in_two_ways) {
    hosted_fixture host(how());
    const mcp_session session = host.session();
    for (const std::string& request :
         {std::string("HELLO\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
          head_of(session, "Content-Length: -1\r\n"), head_of(session, "Content-Length: 1\r\nContent-Length: 2\r\n"),
          head_of(session, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), head_of(session, "Transfer-Encoding: chunked\r\n") + "x\r\n",
          head_of(session, "Transfer-Encoding: gzip\r\n"), head_of(session, "Transfer-Encoding: chunked, gzip\r\n"),
          head_of(session, "Transfer-Encoding: identity\r\n"),
          std::string("POST /mcp HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
          head_of(session, "Host: localhost\r\n"), std::string("GET /healthz HTTP/1.1\r\n\r\n")}) {
        http_client connection = host.connect();
        // What follows must not be taken for a request: its sender may have meant it as the body.
        connection.send_raw(request + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_EQ(connection.read_head().status, 400) << request;
        EXPECT_THAT(error_text(connection.read_body()), HasSubstr("HTTP")) << request;
        EXPECT_TRUE(connection.is_closed_by_server());
    }
}

TEST_P(http_manners, shows_pages_to_people_and_probes) {
    hosted_fixture host(how());
    const http_response home = host.connect().get("/");
    EXPECT_EQ(home.status, 200);
    EXPECT_THAT(home.body, HasSubstr("/mcp"));
    const http_response head = host.connect().request("HEAD", "/");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), std::to_string(home.body.size()));
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(host.connect().get("/healthz").body, "ok\n");
    EXPECT_EQ(host.connect().get("/readyz").body, "ready\n");
}

}  // namespace
}  // namespace e2e
