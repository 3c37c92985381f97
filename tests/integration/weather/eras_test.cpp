// Every revision gets answers that match its own schema and hold nothing that it does not know.
#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/schema_check.hpp"

namespace weather_test {
namespace {

using test_support::find_mcp_mismatch;
using test_support::find_mismatch;
using test_support::find_unknown_members;

class legacy_eras : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(all, legacy_eras, testing::Values("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"), [](const auto& each) {
    return testing::PrintToString(std::string(each.param)).substr(1, 4) + "_" + std::string(each.param).substr(5, 2);
});

TEST_P(legacy_eras, answers_match_the_schema) {
    const std::string revision = GetParam();
    weather_process server({"--sample"});
    const auto opened = server.initialize(GetParam())["result"];
    EXPECT_EQ(find_mcp_mismatch(opened, revision, "InitializeResult"), "");
    EXPECT_EQ(find_unknown_members(opened, revision, "InitializeResult"), "");
    EXPECT_EQ(find_unknown_members(opened["serverInfo"], revision, "Implementation"), "");

    const auto listed = server.ask({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/list"}})["result"];
    EXPECT_EQ(find_mcp_mismatch(listed, revision, "ListToolsResult"), "");
    EXPECT_EQ(find_unknown_members(listed, revision, "ListToolsResult"), "");
    ASSERT_EQ(listed["tools"].size(), 2U);
    for (const auto& tool : listed["tools"]) EXPECT_EQ(find_unknown_members(tool, revision, "Tool"), "");

    for (const auto& result :
         {server.call("get_alerts", {{"state", "CA"}}), server.call("get_forecast", linn), server.call("get_alerts", {{"state", "??"}})}) {
        EXPECT_EQ(find_mcp_mismatch(result, revision, "CallToolResult"), "");
        EXPECT_EQ(find_unknown_members(result, revision, "CallToolResult"), "");
    }
    EXPECT_EQ(server.ask({{"jsonrpc", "2.0"}, {"id", 0}, {"method", "ping"}})["result"], json::object());
}

TEST(legacy_era, asks_for_the_state_that_a_call_lacks) {
    weather_process server({"--sample"});
    server.ask({{"jsonrpc", "2.0"},
                {"id", 0},
                {"method", "initialize"},
                {"params",
                 {{"protocolVersion", "2025-11-25"},
                  {"capabilities", {{"elicitation", json::object()}}},
                  {"clientInfo", {{"name", "t"}, {"version", "1"}}}}}});
    server.send(weather_process::call_request(1, "get_alerts", json::object()));
    const auto asked = server.receive();
    EXPECT_EQ(asked["method"], "elicitation/create");
    EXPECT_EQ(find_mcp_mismatch(asked["params"], "2025-11-25", "ElicitRequestFormParams"), "");
    server.send({{"jsonrpc", "2.0"}, {"id", asked["id"]}, {"result", {{"action", "accept"}, {"content", {{"state", "CA"}}}}}});
    const auto called = server.receive();
    EXPECT_EQ(called["id"], 1);
    EXPECT_EQ(called["result"]["structuredContent"]["area"], "CA");
}

TEST(modern_era, asks_for_the_state_that_a_call_lacks) {
    weather_process server({"--sample"});
    json params = {{"name", "get_alerts"}};
    const auto ask = [&] {
        auto request = weather_process::modern_request(0, "tools/call", params);
        request["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"]["elicitation"] = json::object();
        return server.ask(request)["result"];
    };
    const auto asked = ask();
    EXPECT_EQ(find_mcp_mismatch(asked, "2026-07-28", "InputRequiredResult"), "");
    params["inputResponses"]["state"] = {{"action", "accept"}, {"content", {{"state", "CA"}}}};
    EXPECT_EQ(ask()["structuredContent"]["area"], "CA");
    params["inputResponses"]["state"] = {{"action", "decline"}};
    EXPECT_THAT(error_text(ask()), testing::HasSubstr("state is needed"));
}

TEST(modern_era, answers_match_the_schema) {
    const std::string revision = "2026-07-28";
    weather_process server({"--sample"});
    const auto ask = [&](const char* method, const json& params = json::object()) {
        return server.ask(weather_process::modern_request(0, method, params));
    };
    const auto discovered = ask("server/discover")["result"];
    EXPECT_EQ(find_mcp_mismatch(discovered, revision, "DiscoverResult"), "");
    EXPECT_EQ(find_unknown_members(discovered, revision, "DiscoverResult"), "");
    const auto listed = ask("tools/list")["result"];
    EXPECT_EQ(find_mcp_mismatch(listed, revision, "ListToolsResult"), "");
    EXPECT_EQ(listed["tools"].size(), 2U);
    for (const auto& tool : listed["tools"]) EXPECT_EQ(find_unknown_members(tool, revision, "Tool"), "");
    const auto called = ask("tools/call", {{"name", "get_alerts"}, {"arguments", {{"state", "CA"}}}})["result"];
    EXPECT_EQ(find_mcp_mismatch(called, revision, "CallToolResult"), "");
    EXPECT_EQ(find_unknown_members(called, revision, "CallToolResult"), "");

    auto unsupported = weather_process::modern_request(0, "tools/list");
    unsupported["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2030-01-01";
    EXPECT_EQ(find_mcp_mismatch(server.ask(unsupported), revision, "UnsupportedProtocolVersionError"), "");
}

TEST(modern_era, a_subscription_ends_orderly_with_the_input) {
    const std::string revision = "2026-07-28";
    weather_process server({"--sample"});
    server.send(weather_process::modern_request("l", "subscriptions/listen", {{"notifications", {{"toolsListChanged", true}}}}));
    EXPECT_EQ(find_mcp_mismatch(server.receive(), revision, "SubscriptionsAcknowledgedNotification"), "");
    server.close_input();
    const auto end = server.receive();
    EXPECT_EQ(end["id"], "l");
    EXPECT_EQ(find_mcp_mismatch(end["result"], revision, "SubscriptionsListenResult"), "");
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(structured_output, matches_the_output_schema_of_its_tool) {
    weather_process server({"--sample"});
    server.initialize();
    std::map<std::string, json> schemas;
    const auto listed = server.ask({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/list"}});
    for (const auto& tool : listed["result"]["tools"]) schemas[tool["name"]] = tool["outputSchema"];
    const auto check = [&](const char* tool, const json& arguments) {
        const auto result = server.call(tool, arguments);
        EXPECT_EQ(find_mismatch(result["structuredContent"], schemas[tool], schemas[tool]), "") << result;
    };
    for (const auto* state : {"CA", "TX", "NY", "GM", "WY"}) check("get_alerts", {{"state", state}});
    check("get_forecast", linn);
}

}  // namespace
}  // namespace weather_test
