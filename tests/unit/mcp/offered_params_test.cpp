#include "bridge/mcp/offered_params.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace bridge::mcp {
namespace {

TEST(OfferedParams, KeepALegacyRevision) {
    for (const char* version : {"2024-10-07", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", R"(2025-11\u002d25)"}) {
        const std::string params = R"({ "capabilities":{"x":1.0},"protocolVersion" : ")" + std::string(version) + R"("})";
        EXPECT_EQ(offered_params(params), params);
    }
}

TEST(OfferedParams, OfferTheNewestLegacyRevisionInstead) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"protocolVersion":"2026-07-28","n":1e400})", R"({"protocolVersion":"2025-11-25","n":1e400})"},
        {R"({"n":{"protocolVersion":"x"}, "protocolVersion" : "2099-01-01" })",
         R"({"n":{"protocolVersion":"x"}, "protocolVersion" : "2025-11-25" })"},
        {R"({"protocolVersion":"DRAFT-2026-v1"})", R"({"protocolVersion":"2025-11-25"})"},
        {R"({"protocolVersion":""})", R"({"protocolVersion":"2025-11-25"})"},
        {R"({"protocolVersion":null})", R"({"protocolVersion":"2025-11-25"})"},
        {R"({"protocolVersion":20251125})", R"({"protocolVersion":"2025-11-25"})"},
        {R"({"capabilities":{}})", R"({"protocolVersion":"2025-11-25","capabilities":{}})"},
        {"{}", R"({"protocolVersion":"2025-11-25"})"},
        {"{ }", R"({"protocolVersion":"2025-11-25" })"},
    };
    for (const auto& [asked, offered] : cases) EXPECT_EQ(offered_params(asked), offered);
    const std::string endless = R"({"protocolVersion":")" + std::string(10'000, '2') + R"("})";
    EXPECT_EQ(offered_params(endless), R"({"protocolVersion":"2025-11-25"})");
}

}  // namespace
}  // namespace bridge::mcp
