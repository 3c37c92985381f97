#include "bridge/era/discover_result.hpp"

#include <gtest/gtest.h>

#include <array>

#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::era {
namespace {

constexpr std::array removed = {mcp::server_capability{.name = "tasks"}};

TEST(DiscoverResult, SaysWhatTheServerSaidAtItsInitialize) {
    EXPECT_EQ(discover_result(R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{}},"serverInfo":{"name":"s","version":"1"},)"
                              R"("instructions":"\u00e4"})",
                              removed, false),
              R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"instructions":"\u00e4","ttlMs":0,)"
              R"("cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}})");
}

TEST(DiscoverResult, AddsTheTasksOfTheBridge) {
    EXPECT_EQ(jsonrpc::find_member(discover_result(R"({"capabilities":{"tools":{},"tasks":{}}})", removed, true), "capabilities"),
              R"({"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    EXPECT_EQ(jsonrpc::find_member(
                  discover_result(R"({"capabilities":{"extensions":{"x/y":{"a":1.0},"io.modelcontextprotocol\/tasks":{"b":2}}}})", removed, true),
                  "capabilities"),
              R"({"extensions":{"x/y":{"a":1.0},"io.modelcontextprotocol/tasks":{}}})");
    EXPECT_EQ(jsonrpc::find_member(discover_result("{}", removed, true), "capabilities"), R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
}

TEST(DiscoverResult, SaysNothingThatIsNotThere) {
    EXPECT_EQ(discover_result("{}", removed, false),
              R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"})");
    EXPECT_EQ(discover_result("", removed, false), "");
}

TEST(PassedDiscoverResult, ChangesTheRevisionsAndTheTasksOnly) {
    const auto shown = [](const std::string& capabilities, bool has_tasks) {
        return passed_discover_result(
            R"({"ttlMs":1.0,"capabilities":)" + capabilities + R"(, "supportedVersions":["2026-07-28","2027-01-01"],"x":[]})", removed, has_tasks);
    };
    const auto expected = [](const std::string& capabilities) {
        return R"({"ttlMs":1.0,"capabilities":)" + capabilities + R"(, "supportedVersions":["2026-07-28"],"x":[]})";
    };
    EXPECT_EQ(shown(R"({ "tools" : {}})", false), expected(R"({ "tools" : {}})"));
    EXPECT_EQ(shown(R"({"tools":{ }})", true), expected(R"({"tools":{ },"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
    EXPECT_EQ(shown(R"({"extensions":{ "a":1.0}})", true), expected(R"({"extensions":{"io.modelcontextprotocol/tasks":{}, "a":1.0}})"));
    EXPECT_EQ(shown(R"({"extensions":{}})", true), expected(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
    const std::string with_tasks = R"({"extensions":{ "a":1.0, "io.modelcontextprotocol\/tasks":{ "b":2}}})";
    EXPECT_EQ(shown(with_tasks, true), expected(with_tasks));
    EXPECT_EQ(shown(with_tasks, false), expected(R"({"extensions":{ "a":1.0}})"));
}

}  // namespace
}  // namespace bridge::era
