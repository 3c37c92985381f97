// Promise: what a client sends as params reaches the server byte for byte, and what the server answers comes
// back byte for byte; only line breaks between tokens become blanks, and a progress token is the bridge's own
// on the way.
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/json_generator.hpp"

namespace e2e {
namespace {

constexpr std::uint64_t first_seed = 20261124;
constexpr unsigned rounds = 120;

/// The params of a call with odd members and white space around those that the fixture looks for.
std::string odd_params(json_generator& make, const std::string& tool, const std::string& arguments) {
    const std::string name = R"("name")" + make.space() + ":" + make.space() + json_string(tool);
    const std::string with = R"("arguments")" + make.space() + ":" + make.space() + arguments;
    const std::string odd = R"("x_vendor")" + make.space() + ":" + make.value(3);
    const bool name_first = make.below(2) == 0;
    return "{" + make.space() + (name_first ? name : with) + make.space() + "," + make.space() + odd + "," + make.space() +
           (name_first ? with : name) + make.space() + "}";
}

class byte_fidelity : public in_both_isolations {};
IN_ALL_ISOLATIONS(byte_fidelity);

TEST_P(byte_fidelity, holds_for_params) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
        json_generator make(seed);
        const std::string params = odd_params(make, "echo", make.object(6));
        const std::string body = make.space() + "{" + make.space() + R"("params":)" + params + make.space() + "," + R"("method":"tools/call",)" +
                                 make.space() + R"("jsonrpc":"2.0","id":7)" + make.space() + "}" + make.space();
        const http_response response = session.post(body);
        ASSERT_EQ(response.status, 200) << response.body;
        ASSERT_EQ(at(response.body, "result/structuredContent/params"), on_one_line(params)) << "seed " << seed;
    }
}

TEST_P(byte_fidelity, holds_for_results_and_errors) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
        json_generator make(seed);
        const std::string result = on_one_line(make.object(6));
        ASSERT_EQ(session.call("raw_result", R"({"result":)" + result + "}").at("result"), result) << "seed " << seed;
        const std::string error = R"({"code":-32000,"message":)" + make.string() + R"(,"data":)" + on_one_line(make.value(4)) + "}";
        const mcp_answer failed = session.call("raw_error", R"({"error":)" + error + "}");
        ASSERT_EQ(failed.at("error"), error) << "seed " << seed;
        ASSERT_EQ(failed.http.status, 200);
    }
}

TEST_P(byte_fidelity, holds_on_a_stream) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "text/event-stream");
    for (std::uint64_t seed = first_seed; seed < first_seed + rounds / 2; ++seed) {
        json_generator make(seed);
        const std::string result = on_one_line(make.object(6));
        http_client connection = host.connect();
        connection.send_request("POST", "/mcp", headers, call_text("7", "raw_result", R"({"result":)" + result + "}"));
        const mcp_answer answer = read_answer(connection, 7);
        ASSERT_TRUE(answer.http.is_event_stream());
        ASSERT_EQ(answer.message, R"({"jsonrpc":"2.0","id":7,"result":)" + result + "}") << "seed " << seed;
    }
}

TEST_P(byte_fidelity, replaces_the_progress_token_and_nothing_beside_it) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string before = R"({"_meta" :{ "x":1.0,"progressToken" : )";
    const std::string after = R"( ,"y":"progressToken"},"name":"echo","arguments":{"_meta":{"progressToken":"mine"}}})";
    for (const std::string token : {R"("a b")", "0", "-1", "9007199254740993", R"("\u0061")", R"("")"}) {
        const std::string params = echoed(session.request("tools/call", before + token + after));
        ASSERT_TRUE(params.starts_with(before) && params.ends_with(after)) << params;
        const std::string minted = params.substr(before.size(), params.size() - before.size() - after.size());
        EXPECT_GT(integer(minted, 0), 0) << minted;
        EXPECT_EQ(std::to_string(integer(minted, 0)), minted);
    }
}

TEST_P(byte_fidelity, holds_as_deep_as_the_bound_allows) {
    hosted_fixture host(how({"--limit", "max-json-depth=64"}));
    mcp_session session = host.session();
    // The message, its params and the arguments are three levels.
    const auto nested = [](std::size_t levels) { return R"({"n":)" + std::string(levels, '[') + "1" + std::string(levels, ']') + "}"; };
    // The answer adds two levels of its own.
    const std::string deep = nested(59);
    EXPECT_EQ(at(echoed(session.call("echo", deep)), "arguments"), deep);
    EXPECT_EQ(session.call("slow", nested(61)).text(), "slept");
    EXPECT_EQ(session.call("slow", nested(62)).http.status, 400);
}

TEST_P(byte_fidelity, puts_a_pretty_printed_message_on_one_line) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const http_response response = session.post(
        "{\r\n  \"jsonrpc\": \"2.0\",\r\n  \"id\": 5,\r\n  \"method\": \"tools/call\",\r\n  \"params\": {\r\n"
        "    \"name\": \"echo\",\r\n\t\"arguments\": { \"text\": \"a\\nb\" }\r\n  }\r\n}\r\n");
    EXPECT_EQ(at(response.body, "result/structuredContent/params"), "{      \"name\": \"echo\",  \t\"arguments\": { \"text\": \"a\\nb\" }    }");
}

TEST_P(byte_fidelity, drops_envelope_members_that_strict_servers_choke_on) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string params = R"({"name":"echo","arguments":{}})";
    session.post(R"({"extra":{"a":1},"id":"s","params":)" + params + R"(,"jsonrpc":"2.0","method":"tools/call"})");
    const std::string line = host.line_with("tools/call");
    EXPECT_EQ(line, R"({"jsonrpc":"2.0","id":)" + std::string(member(line, "id")) + R"(,"method":"tools/call","params":)" + params + "}");
}

TEST_P(byte_fidelity, blanks_carriage_returns_in_an_answer) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string line = "{\"jsonrpc\":\"2.0\",\r\"id\":@ID@,\"result\":{\"a\":\r1.0}}";
    EXPECT_EQ(session.call("line", R"({"text":)" + json_string(line) + "}").at("result"), R"({"a": 1.0})");
}

TEST(byte_fidelity_in_session_isolation, holds_for_notifications) {
    hosted_fixture host;
    mcp_session session = host.session();
    const std::string params = R"({"b":1.0 ,"a":"\ud800","progressToken":"x"})";
    EXPECT_EQ(session.notify("notifications/x_vendor", params).status, 202);
    ASSERT_TRUE(host.receives("x_vendor"));
    EXPECT_EQ(host.line_with("x_vendor"), R"({"jsonrpc":"2.0","method":"notifications/x_vendor","params":)" + params + "}");
}

}  // namespace
}  // namespace e2e
