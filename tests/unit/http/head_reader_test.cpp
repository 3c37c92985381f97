#include "bridge/http/head_reader.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace bridge::http {
namespace {

using fields = std::vector<std::pair<std::string_view, std::string_view>>;

std::string fault_of(const fields& all, std::string_view target = "/mcp", bool is_http_1_0 = false) {
    head_reader reader;
    reader.read_target(target);
    for (const auto& [name, value] : all) reader.add_field(name, value);
    return std::string(reader.fault(is_http_1_0));
}

// Whether every way of cutting `bytes` in two is judged alike, and how.
bool allows(std::string_view bytes) {
    const bool as_a_whole = fold_guard().allows(bytes);
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        fold_guard guard;
        const bool in_parts = guard.allows(bytes.substr(0, at)) && guard.allows(bytes.substr(at));
        EXPECT_EQ(in_parts, as_a_whole) << bytes << " cut at " << at;
    }
    return as_a_whole;
}

TEST(FoldGuard, FindsEveryLineThatContinuesAnother) {
    EXPECT_TRUE(allows("GET / HTTP/1.1\r\nHost: x\r\nA: b c\td\r\n\r\n"));
    EXPECT_TRUE(allows("GET / HTTP/1.1\r\n\r\n{\n \"a\": 1}")) << "the body is not looked at";
    EXPECT_TRUE(allows(" GET / HTTP/1.1\r\n\r\n")) << "the parser refuses this one";
    EXPECT_FALSE(allows("GET / HTTP/1.1\r\n Host: x\r\n\r\n"));
    EXPECT_FALSE(allows("GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"));
    EXPECT_FALSE(allows("GET / HTTP/1.1\r\nHost: x\r\n\ty\r\n\r\n"));
    EXPECT_FALSE(allows("GET / HTTP/1.1\r\nHost: x\r\n \r\n\r\n"));
    EXPECT_FALSE(allows("GET / HTTP/1.1\r\nA:\r\n b\r\n"));
}

TEST(FoldGuard, KnowsTheRequestLine) {
    fold_guard guard;
    EXPECT_TRUE(guard.is_in_first_line());
    EXPECT_TRUE(guard.allows("GET /"));
    EXPECT_TRUE(guard.is_in_first_line());
    EXPECT_TRUE(guard.allows(" HTTP/1.1\r\n"));
    EXPECT_FALSE(guard.is_in_first_line());
}

TEST(FoldGuard, KnowsWhereTheHeadEnds) {
    const std::string_view head = "GET / 0\r\nA: b\r\n\r\n";
    for (std::size_t at = 0; at <= head.size(); ++at) {
        fold_guard guard;
        EXPECT_TRUE(guard.allows(head.substr(0, at)));
        EXPECT_EQ(guard.has_ended(), at == head.size()) << at;
        EXPECT_TRUE(guard.allows(head.substr(at)));
        EXPECT_TRUE(guard.has_ended()) << at;
    }
    fold_guard guard;
    EXPECT_TRUE(guard.allows("GET / HTTP/1.1\r\n\rA: b\r\n"));
    EXPECT_FALSE(guard.has_ended()) << "a carriage return alone is no empty line";
}

TEST(HeadReader, TakesAnEmptyEventIdForNone) {
    const auto id_of = [](std::string_view value) {
        head_reader reader;
        reader.read_target("/mcp");
        reader.add_field("Last-Event-ID", value);
        return reader.head().last_event_id;
    };
    EXPECT_EQ(id_of(""), std::nullopt);
    EXPECT_EQ(id_of("0-1"), "0-1");
    EXPECT_EQ(head_reader().head().last_event_id, std::nullopt);
}

TEST(HeadReader, RefusesARepeatedFieldThatDecidesSomething) {
    const std::pair host{"Host", "localhost"};
    EXPECT_EQ(fault_of({host}), "");
    for (const std::string_view name : {"Authorization", "Content-Length", "Origin", "Mcp-Session-Id", "MCP-Protocol-Version", "Last-Event-ID",
                                        "x-functions-key", "x-api-key", "x-auth-token", "X-Forwarded-Host", "X-MS-CLIENT-PRINCIPAL-ID"}) {
        EXPECT_EQ(fault_of({host, {name, "1"}}), "");
        EXPECT_EQ(fault_of({host, {name, "1"}, {"A", "b"}, {name, "1"}}), "more than one " + std::string(name));
    }
    EXPECT_EQ(fault_of({host, {"HOST", "localhost"}}), "more than one Host");
    EXPECT_EQ(fault_of({host, {"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}}), "more than one Transfer-Encoding");
    EXPECT_EQ(fault_of({host, {"X-Other", "1"}, {"X-Other", "2"}}), "");
}

TEST(HeadReader, TakesOneTransferCodingAndOneLength) {
    const std::pair host{"Host", "localhost"};
    EXPECT_EQ(fault_of({host, {"Transfer-Encoding", "chunked"}}), "");
    EXPECT_EQ(fault_of({host, {"Transfer-Encoding", "Chunked"}}), "");
    for (const std::string_view coding : {"", "gzip", "gzip, chunked", "chunked, chunked", "chunked;a=b", "identity", "xchunked", "\"chunked\""}) {
        EXPECT_NE(fault_of({host, {"Transfer-Encoding", coding}}), "") << coding;
    }
    EXPECT_NE(fault_of({host, {"Transfer-Encoding", "chunked"}}, "/", true), "") << "HTTP/1.0 has none";
    EXPECT_EQ(fault_of({host, {"Content-Length", "007"}}), "");
    for (const std::string_view length : {"", "5, 5", "5,", "+5", "-5", "0x5", "5 5"}) {
        EXPECT_NE(fault_of({host, {"Content-Length", length}}), "") << length;
    }
}

TEST(HeadReader, WantsAHostThatIsOne) {
    EXPECT_EQ(fault_of({}), "no Host");
    EXPECT_EQ(fault_of({}, "/", true), "");
    EXPECT_EQ(fault_of({{"Host", ""}}), "") << "sent for a target without authority";
    for (const std::string_view host : {"a b", "localhost@evil", "localhost/x", "localhost?x", "localhost#x", "a\\b", "\"a\""}) {
        EXPECT_NE(fault_of({{"Host", host}}), "") << host;
    }
}

TEST(HeadReader, JoinsListsThatComeInSeveralLines) {
    head_reader reader;
    reader.read_target("/mcp");
    const fields all = {{"Accept", "application/json"},
                        {"Host", "localhost"},
                        {"ACCEPT", "text/event-stream;q=1"},
                        {"Expect", "a"},
                        {"Content-Encoding", "gzip"},
                        {"Expect", "b"},
                        {"accept", "*/*"},
                        {"Content-Encoding", "br"}};
    for (const auto& [name, value] : all) reader.add_field(name, value);
    const request_head head = reader.head();
    EXPECT_EQ(head.accept, "application/json, text/event-stream;q=1, */*");
    EXPECT_EQ(head.expect, "a, b");
    EXPECT_EQ(head.content_encoding, "gzip, br");
    EXPECT_TRUE(has_member(head.expect, "B"));
    EXPECT_FALSE(has_member(head.expect, "c"));
    EXPECT_FALSE(has_member("", "c"));
}

struct taken_apart {
    std::string_view target, host, path, query;
};

TEST(HeadReader, TakesTargetsApart) {
    for (const auto& [target, host, path, query] : std::vector<taken_apart>{
             {"/mcp", "header", "/mcp", ""},
             {"/mcp?a=b?c", "header", "/mcp", "a=b?c"},
             {"*", "header", "*", ""},
             {"http://a.example:8080/mcp?x=1", "a.example:8080", "/mcp", "x=1"},
             {"HTTPS://[::1]:1/mcp", "[::1]:1", "/mcp", ""},
             {"http://a.example", "a.example", "/", ""},
             {"http://a.example?x=1", "a.example", "/", "x=1"},
             {"http://a.example/?", "a.example", "/", ""},
             {"ftp://a.example/", "header", "ftp://a.example/", ""},
             {"/http://a.example/", "header", "/http://a.example/", ""},
         }) {
        head_reader reader;
        reader.read_target(target);
        reader.add_field("Host", "header");
        EXPECT_EQ(reader.fault(false), "") << target;
        const request_head head = reader.head();
        EXPECT_EQ(head.host, host) << target;
        EXPECT_EQ(head.path, path) << target;
        EXPECT_EQ(head.query, query) << target;
    }
    for (const std::string_view target : {"http://", "http:///mcp", "http://?x", "http://localhost@evil/mcp", "http://a\\b/"}) {
        EXPECT_NE(fault_of({{"Host", "localhost"}}, target), "") << target;
    }
}

TEST(HeadReader, KnowsTheHeadersOfTheModernEra) {
    head_reader reader;
    reader.read_target("/mcp");
    for (const auto& [name, value] : fields{{"Host", "x"}, {"MCP-METHOD", "tools/call"}, {"mcp-param-Region", "eu"}, {"Mcp-Param-", "no name"}}) {
        reader.add_field(name, value);
    }
    const request_head head = reader.head();
    EXPECT_EQ(head.mcp_method, "tools/call");
    EXPECT_EQ(head.mcp_name, std::nullopt);
    ASSERT_EQ(head.mcp_parameters.size(), 1U);
    EXPECT_EQ(head.mcp_parameters[0].name, "Region");
    EXPECT_EQ(head.mcp_parameters[0].value, "eu");
    EXPECT_EQ(fault_of({{"Host", "x"}, {"Mcp-Name", "a"}, {"mcp-name", "a"}}), "more than one Mcp-Name");
}

}  // namespace
}  // namespace bridge::http
