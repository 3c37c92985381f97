// Promise: what of a message stays when the message is gone (its id, its tokens, a handshake) is short; what is longer is refused in words that say
// what is too long, how long it is and what is allowed, and is not repeated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr long invalid_request = -32600;

class kept_lengths : public in_both_isolations {
protected:
    static void expect_refused(const http_response& answer, int status, const std::string& id, const std::string& member_name, std::size_t bytes) {
        EXPECT_EQ(answer.status, status) << answer.body.substr(0, 500);
        EXPECT_LT(answer.body.size(), 2000U);
        EXPECT_EQ(error_code(answer.body), invalid_request);
        EXPECT_EQ(member(answer.body, "id"), id);
        EXPECT_THAT(error_text(answer.body), AllOf(HasSubstr(member_name), HasSubstr(std::to_string(bytes) + " bytes"), HasSubstr(" are allowed")));
    }
    static std::string text(std::size_t bytes) { return '"' + std::string(bytes - 2, 'x') + '"'; }
};
IN_BOTH_ISOLATIONS(kept_lengths);

TEST_P(kept_lengths, of_ids) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    EXPECT_EQ(member(session.post(call_text(text(1024), "echo")).body, "id"), text(1024));
    for (const std::size_t bytes : {std::size_t{1025}, std::size_t{3'000'000}}) {
        expect_refused(session.post(call_text(text(bytes), "echo")), 400, "null", "\"id\"", bytes);
        expect_refused(session.post(call_text(std::string(bytes, '1'), "echo")), 400, "null", "\"id\"", bytes);
        // Another fault of the message does not get it repeated either.
        EXPECT_LT(session.post(R"({"jsonrpc":"1.0","id":)" + text(bytes) + R"(,"method":"ping"})").body.size(), 2000U);
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(kept_lengths, of_progress_tokens) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const auto call = [](const std::string& token) {
        return request_text("5", "tools/call", R"({"name":"echo","arguments":{},"_meta":{"progressToken":)" + token + "}}");
    };
    EXPECT_EQ(session.post(call(text(1024))).status, 200);
    expect_refused(session.post(call(text(1025))), 200, "5", "\"progressToken\"", 1025);
    expect_refused(session.post(call(text(3'000'000))), 200, "5", "\"progressToken\"", 3'000'000);
    EXPECT_EQ(session.call("echo").text(), "ok") << "the session goes on";
}

TEST_P(kept_lengths, of_methods_and_cancellations) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    expect_refused(session.post(request_text("5", std::string(2000, 'm'))), 200, "5", "\"method\"", 2002);
    const http_response answer = session.notify("notifications/cancelled", R"({"requestId":)" + text(2000) + "}");
    expect_refused(answer, 400, "null", "\"requestId\"", 2000);
}

TEST_P(kept_lengths, of_handshakes) {
    hosted_fixture host(how());
    const auto initialize = [&](std::size_t padding) {
        const std::string params = R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"},"_meta":{"x":")" +
                                   std::string(padding, 'x') + R"("}})";
        return std::pair(host.client().post(request_text("1", "initialize", params)), params.size());
    };
    EXPECT_EQ(initialize(60'000).first.status, 200);
    const auto [answer, bytes] = initialize(70'000);
    expect_refused(answer, 200, "1", "\"params\" of initialize", bytes);
    EXPECT_EQ(answer.header("mcp-session-id"), "");
    const auto [huge, huge_bytes] = initialize(3'000'000);
    expect_refused(huge, 200, "1", "65536 are allowed", huge_bytes);
}

TEST_P(kept_lengths, of_members_of_a_batch) {
    hosted_fixture host(how());
    mcp_session session = host.session({.version = "2025-03-26"});
    const std::string body = session.post("[" + call_text(text(5000), "echo") + "," + call_text("2", "echo") + "]").body;
    EXPECT_LT(body.size(), 3000U);
    EXPECT_THAT(body, AllOf(HasSubstr("5000 bytes"), HasSubstr(R"("id":null)"), HasSubstr(R"("id":2)")));
}

TEST(kept_lengths_of_a_server, of_its_requests) {
    hosted_fixture host({.flags = {}});
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    const std::string asked = R"({\"jsonrpc\":\"2.0\",\"id\":\")" + std::string(1500, 'q') + R"(\",\"method\":\"roots/list\"})";
    EXPECT_EQ(session.call("line", R"({"then_answer":true,"text":")" + asked + R"("})").http.status, 200);
    EXPECT_TRUE(host.receives(R"("id" is 1502 bytes long; 1024 are allowed)") || host.receives("1502 bytes long"));
    EXPECT_TRUE(host.bridge().logs("1502 bytes long"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
