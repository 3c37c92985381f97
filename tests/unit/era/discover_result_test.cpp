#include "bridge/era/discover_result.hpp"

#include <gtest/gtest.h>

#include <array>

namespace bridge::era {
namespace {

constexpr std::array removed = {mcp::server_capability{.name = "tasks"}};

TEST(DiscoverResult, SaysWhatTheServerSaidAtItsInitialize) {
    EXPECT_EQ(discover_result(R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{}},"serverInfo":{"name":"s","version":"1"},)"
                              R"("instructions":"\u00e4"})",
                              removed),
              R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"instructions":"\u00e4","ttlMs":0,)"
              R"("cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}})");
}

TEST(DiscoverResult, SaysNothingThatIsNotThere) {
    EXPECT_EQ(discover_result("{}", removed),
              R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"})");
    EXPECT_EQ(discover_result("", removed), "");
}

}  // namespace
}  // namespace bridge::era
