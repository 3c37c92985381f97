// Promise: what is no MCP message, or is addressed to nothing, is refused with the status that says so and a
// JSON-RPC error that says what is wrong and where, and the server never sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr long parse_error = -32700;
constexpr long invalid_request = -32600;
constexpr long server_error = -32000;
constexpr long session_not_found = -32001;

struct bad_body {
    std::string body;
    long code;
    std::string says;
    std::string id = "null";
    int status = 400;
};

std::string nested(std::size_t levels) {
    return R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":)" + std::string(levels, '[') + std::string(levels, ']') + "}}";
}

const std::vector<bad_body>& bad_bodies() {
    static const std::vector<bad_body> all = {
        {"", parse_error, "byte 0"},
        {"hello", parse_error, "byte 0"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping")", parse_error, "byte 39"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping"} x)", parse_error, "byte 41"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":01}})", parse_error, "byte"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":"\x"}})", parse_error, "byte"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"a\":\"\t\"}}", parse_error, "byte"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"a\":\"\xff\"}}", parse_error, "UTF-8"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"a\":\"\xed\xa0\x80\"}}", parse_error, "UTF-8"},
        {"\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}", parse_error, "byte 0"},
        {nested(300), parse_error, "deep"},
        {nested(100'000), parse_error, "deep"},
        {"[]", invalid_request, "batch"},
        {R"([{"jsonrpc":"2.0","id":7,"method":"ping"}])", invalid_request, "batch"},
        {"42", invalid_request, "object"},
        {"null", invalid_request, "object"},
        {"{}", invalid_request, "jsonrpc"},
        {R"({"id":7,"method":"ping"})", invalid_request, "jsonrpc", "7"},
        {R"({"jsonrpc":"1.0","id":7,"method":"ping"})", invalid_request, "jsonrpc", "7"},
        {R"({"jsonrpc":2.0,"id":7,"method":"ping"})", invalid_request, "jsonrpc", "7"},
        {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":1e-2,"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":{"a":1},"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":[7],"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", invalid_request, R"("id")"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":[1]})", invalid_request, "params", "7"},
        {R"({"jsonrpc":"2.0","id":"s","method":"ping","params":"x"})", invalid_request, "params", R"("s")"},
        {R"({"jsonrpc":"2.0","id":7,"method":5})", invalid_request, "method", "7"},
        {R"({"jsonrpc":"2.0","id":7})", invalid_request, "method", "7"},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","result":{}})", invalid_request, "answer", "7"},
        {R"({"jsonrpc":"2.0","id":7,"result":{},"error":{}})", invalid_request, "result", "7"},
        {R"({"jsonrpc":"2.0","id":7,"error":"no"})", invalid_request, "error", "7"},
        {R"({"jsonrpc":"2.0","id":7,"id":8,"method":"ping"})", invalid_request, R"(two members "id")", "7", 200},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","m\u0065thod":"tools/call"})", invalid_request, "two members", "7", 200},
        {R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"ping"})", invalid_request, "two members", "7", 200},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{},"params":{}})", invalid_request, "two members", "7", 200},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":{},"_meta":{}}})", invalid_request, "two members", "7", 200},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":{"progressToken":1,"progressToken":2}}})", invalid_request, "two members", "7",
         200},
        {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":{"progressToken":1.5}}})", invalid_request, "progressToken", "7"},
    };
    return all;
}

class refusals : public in_both_isolations {};
IN_BOTH_ISOLATIONS(refusals);

TEST_P(refusals, of_bodies_that_are_no_message) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.call("echo");
    const auto before = host.received();
    for (const bad_body& bad : bad_bodies()) {
        const std::string shown = bad.body.substr(0, 100);
        const http_response response = session.post(bad.body);
        EXPECT_EQ(response.status, bad.status) << shown;
        EXPECT_EQ(response.header("content-type"), "application/json") << shown;
        EXPECT_EQ(error_code(response.body), bad.code) << shown;
        EXPECT_THAT(error_text(response.body), HasSubstr(bad.says)) << shown;
        EXPECT_EQ(member(response.body, "id"), bad.id) << shown;
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.received().size(), before.size() + 1);
}

TEST_P(refusals, of_requests_without_a_session_or_with_an_unknown_one) {
    hosted_fixture host(how());
    mcp_session stranger = host.client();
    const mcp_answer nameless = stranger.request("tools/list");
    EXPECT_EQ(nameless.http.status, 400);
    EXPECT_EQ(error_code(nameless.message), server_error);
    EXPECT_THAT(error_text(nameless.message), HasSubstr("Mcp-Session-Id"));
    EXPECT_EQ(nameless.at("id"), "1");
    EXPECT_EQ(stranger.notify("notifications/initialized").status, 400);
    EXPECT_EQ(stranger.terminate().status, 400);
    for (const char* id : {"0123456789abcdef0123456789abcdef", "constructor", "../etc", "x"}) {
        stranger.set_id(id);
        const mcp_answer unknown = stranger.request("tools/list");
        EXPECT_EQ(unknown.http.status, 404);
        EXPECT_EQ(error_code(unknown.message), session_not_found);
        EXPECT_EQ(stranger.notify("notifications/initialized").status, 404);
        EXPECT_EQ(stranger.terminate().status, 404);
    }
    EXPECT_THAT(host.received(), IsEmpty());
}

TEST_P(refusals, of_the_modern_eras_first_question_are_such_that_its_clients_fall_back) {
    hosted_fixture host(how({"--eras", "legacy"}));
    const std::string params = R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})";
    const http_response response = host.connect().post("/mcp",
                                                       {{"Content-Type", "application/json"},
                                                        {"Accept", "application/json, text/event-stream"},
                                                        {"MCP-Protocol-Version", "2026-07-28"},
                                                        {"Mcp-Method", "server/discover"}},
                                                       request_text(R"("server-discover-probe-1")", "server/discover", params));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(error_code(response.body), -32601);
    EXPECT_EQ(member(response.body, "id"), R"("server-discover-probe-1")");
}

TEST_P(refusals, of_unknown_paths_and_methods) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const auto before = host.received();
    for (const char* path : {"/nothing", "/mcp2", "/mcp/x", "/mcp//", "/MCP", "/%6dcp", "//", "*", "/.well-known/oauth-protected-resource"}) {
        const http_response response = host.connect().post(path, session.headers(), call_text("1", "echo"));
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_EQ(error_code(response.body), server_error) << path;
        EXPECT_THAT(error_text(response.body), HasSubstr("/mcp")) << path;
    }
    for (const char* method : {"PUT", "PATCH", "HEAD", "TRACE", "POSTE"}) {
        const http_response response = host.connect().request(method, "/mcp", session.headers());
        EXPECT_EQ(response.status, 405) << method;
        EXPECT_EQ(response.header("allow"), "POST, GET, DELETE, OPTIONS") << method;
        EXPECT_EQ(response.header("content-type"), "application/json") << method;
        const long code = std::string_view(method) == "HEAD" ? 0 : server_error;
        EXPECT_EQ(error_code(response.body), code) << method;
    }
    EXPECT_EQ(host.connect().post("/", {}, "x").header("allow"), "GET, HEAD");
    EXPECT_EQ(host.received(), before);
}

TEST_P(refusals, of_media_types) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const auto before = host.received();
    const auto status_with = [&](const std::string& name, const std::string& value) {
        http_headers headers = session.headers();
        headers.erase(name);
        headers.emplace(name, value);
        const http_response response = host.connect().post("/mcp", headers, call_text("1", "echo"));
        EXPECT_EQ(error_code(response.body), server_error) << value;
        EXPECT_EQ(response.header("content-type"), "application/json");
        return response.status;
    };
    for (const char* accept : {"text/html", "application/json;q=0", "*/*;q=0", "text/event-stream;q=0.000", "image/*"}) {
        EXPECT_EQ(status_with("Accept", accept), 406) << accept;
    }
    for (const char* type : {"text/plain", "application/jsonx", "application/x-www-form-urlencoded", "json", ""}) {
        EXPECT_EQ(status_with("Content-Type", type), 415) << type;
    }
    for (const char* coding : {"gzip", "deflate", "br"}) EXPECT_EQ(status_with("Content-Encoding", coding), 415) << coding;
    EXPECT_EQ(host.received(), before);
}

}  // namespace
}  // namespace e2e
