// Which era a request belongs to, and what each era's answers look like.
#include "tests/unit/weather/protocol_fixture.hpp"
#include "weather-stdio/server/envelope.hpp"

namespace stdio_server {
namespace {

using nlohmann::json;

class protocol_era : public protocol_fixture {};

std::string initialize_request(const char* version) {
    return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + std::string(version) + R"("}})";
}

TEST_F(protocol_era, initialize_settles_on_the_revision_asked_for) {
    for (const auto* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
        const auto answered = answer(initialize_request(version));
        EXPECT_EQ(answered["result"]["protocolVersion"], version);
        EXPECT_EQ(answered["id"], 0);
        EXPECT_FALSE(answered["result"].contains("resultType"));
        EXPECT_EQ(answered["result"]["serverInfo"].contains("title"), std::string(version) >= "2025-06-18");
    }
}

TEST_F(protocol_era, initialize_settles_on_the_latest_legacy_revision_for_unknown_ones) {
    for (const auto* version : {"1999-01-01", "2026-07-28", "2027-01-01", ""}) {
        EXPECT_EQ(answer(initialize_request(version))["result"]["protocolVersion"], "2025-11-25");
    }
    EXPECT_EQ(error_code_of(answer(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})")), -32602);
    EXPECT_EQ(error_code_of(answer(R"({"jsonrpc":"2.0","id":0,"method":"initialize"})")), -32602);
}

TEST_F(protocol_era, tools_list_has_what_the_revision_knows) {
    const auto list = [&](const char* version) {
        initialize(version);
        return answer(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})")["result"];
    };
    const auto first = list("2024-11-05")["tools"][0];
    EXPECT_FALSE(first.contains("annotations") || first.contains("title") || first.contains("outputSchema"));
    const auto second = list("2025-03-26")["tools"][0];
    EXPECT_TRUE(second["annotations"]["readOnlyHint"]);
    EXPECT_FALSE(second.contains("title") || second.contains("outputSchema"));
    for (const auto* version : {"2025-06-18", "2025-11-25"}) {
        const auto result = list(version);
        EXPECT_EQ(result["tools"][0]["title"], "Echo");
        EXPECT_TRUE(result["tools"][0].contains("outputSchema"));
        EXPECT_FALSE(result.contains("resultType") || result.contains("ttlMs") || result.contains("_meta"));
    }
}

TEST_F(protocol_era, structured_content_came_with_2025_06_18) {
    for (const auto* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
        initialize(version);
        const auto line = protocol_->finish(start(call("1")), some_result());
        ASSERT_TRUE(line);
        const auto result = json::parse(*line)["result"];
        EXPECT_EQ(result["content"][0]["text"], "one");
        EXPECT_EQ(result.contains("structuredContent"), std::string(version) >= "2025-06-18");
        EXPECT_FALSE(result.contains("resultType"));
    }
}

TEST_F(protocol_era, a_request_that_is_of_no_era_is_told_what_is_missing) {
    const auto answered = answer(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
    EXPECT_EQ(error_code_of(answered), -32602);
    EXPECT_THAT(answered["error"]["message"].get<std::string>(), testing::HasSubstr(meta_key::protocol_version));
    EXPECT_EQ(error_code_of(answer(R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}})")), -32602);
}

TEST_F(protocol_era, ping_is_legacy_and_needs_no_initialize) {
    EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"], json::object());
    EXPECT_EQ(error_code_of(answer(modern_request("1", "ping"))), -32601);
}

TEST_F(protocol_era, discover_tells_the_modern_versions) {
    const auto result = answer(modern_request("\"d\"", "server/discover"))["result"];
    EXPECT_EQ(result["supportedVersions"], json::array({"2026-07-28"}));
    EXPECT_EQ(result["resultType"], "complete");
    EXPECT_EQ(result["cacheScope"], "public");
    EXPECT_GT(result["ttlMs"], 0);
    EXPECT_EQ(result["_meta"][meta_key::server_info]["name"], "test");
}

TEST_F(protocol_era, both_eras_share_a_connection) {
    initialize("2025-06-18");
    EXPECT_TRUE(answer(modern_request("1", "tools/list"))["result"].contains("resultType"));
    EXPECT_FALSE(answer(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})")["result"].contains("resultType"));
    EXPECT_EQ(error_code_of(answer(R"({"jsonrpc":"2.0","id":3,"method":"server/discover"})")), -32601);
    EXPECT_EQ(error_code_of(answer(modern_request("4", "initialize"))), -32601);
}

TEST_F(protocol_era, an_unknown_version_is_refused_with_the_known_ones) {
    const auto answered =
        answer(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01"}}})");
    EXPECT_EQ(error_code_of(answered), -32022);
    EXPECT_EQ(answered["error"]["data"], json::parse(R"({"supported":["2026-07-28"],"requested":"2027-01-01"})"));
}

TEST_F(protocol_era, an_incomplete_envelope_is_told_its_missing_key) {
    const auto ask = [&](const char* meta) {
        return answer(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":)" + std::string(meta) + "}}");
    };
    const auto without_capabilities = ask(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})");
    EXPECT_EQ(error_code_of(without_capabilities), -32602);
    EXPECT_THAT(without_capabilities.dump(), testing::HasSubstr(meta_key::client_capabilities));
    const auto without_version = ask(R"({"io.modelcontextprotocol/clientCapabilities":{}})");
    EXPECT_EQ(error_code_of(without_version), -32602);
    EXPECT_THAT(without_version.dump(), testing::HasSubstr(meta_key::protocol_version));
    EXPECT_EQ(error_code_of(ask(R"({"io.modelcontextprotocol/protocolVersion":7})")), -32602);
    EXPECT_EQ(error_code_of(ask(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",
        "io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"x"}})")),
              -32602);
}

TEST_F(protocol_era, a_subscription_is_acknowledged_and_ends_when_service_ends) {
    const auto ack = answer(modern_request("\"l\"", "subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
    EXPECT_EQ(ack["method"], "notifications/subscriptions/acknowledged");
    EXPECT_EQ(ack["params"]["_meta"][meta_key::subscription_id], "l");
    EXPECT_EQ(ack["params"]["notifications"], json::object());
    EXPECT_EQ(error_code_of(answer(modern_request("2", "subscriptions/listen", R"(,"notifications":{})"))), -32000);

    const auto lines = protocol_->close_subscriptions();
    ASSERT_EQ(lines.size(), 1U);
    const auto end = json::parse(lines[0]);
    EXPECT_EQ(end["id"], "l");
    EXPECT_EQ(end["result"]["_meta"][meta_key::subscription_id], "l");
    EXPECT_EQ(end["result"]["resultType"], "complete");
    EXPECT_TRUE(protocol_->close_subscriptions().empty());
}

TEST_F(protocol_era, a_cancelled_subscription_gets_no_answer) {
    answer(modern_request("0", "subscriptions/listen", R"(,"notifications":{})"));
    const auto done = protocol_->receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}})");
    EXPECT_TRUE(done.lines.empty());
    EXPECT_TRUE(protocol_->close_subscriptions().empty());
}

TEST_F(protocol_era, listen_needs_a_filter) {
    EXPECT_EQ(error_code_of(answer(modern_request("1", "subscriptions/listen"))), -32602);
}

}  // namespace
}  // namespace stdio_server
