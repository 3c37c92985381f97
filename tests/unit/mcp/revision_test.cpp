#include "bridge/mcp/revision.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/mcp/revision_list.hpp"

namespace bridge::mcp {
namespace {

TEST(Revision, OfAClientIsTheLatestKnownOneUpToItsDate) {
    using enum revision;
    EXPECT_EQ(latest_up_to("2024-11-05"), r2024_11_05);
    EXPECT_EQ(latest_up_to("2025-06-18"), r2025_06_18);
    EXPECT_EQ(latest_up_to("2025-08-01"), r2025_06_18);
    EXPECT_EQ(latest_up_to("2025-11-25"), r2025_11_25);
    EXPECT_EQ(latest_up_to("2025-12-01"), r2025_11_25);
    EXPECT_EQ(latest_up_to("2026-07-28"), r2025_11_25);
    for (const char* other : {"", "2024-10-07", "draft", "9999", "2025-11-2x", "2025/11/25", "2025-11-255"}) {
        EXPECT_EQ(latest_up_to(other), r2024_11_05) << other;
    }
}

TEST(Revision, IsFoundInAList) {
    EXPECT_TRUE(lists_revision(R"(["2025-11-25", "2026-07-2\u0038"])", is_modern));
    EXPECT_TRUE(lists_revision(R"([1, {}, "2027-01-01"])", is_modern));
    for (const char* other : {"", "{}", R"("2026-07-28")", "[]", R"(["2025-11-25"])", R"([["2026-07-28"]])", R"(["2026-07-28)"}) {
        EXPECT_FALSE(lists_revision(other, is_modern)) << other;
    }
    const std::string padded = R"([")" + std::string(1000, ' ') + R"(2026-07-28"])";
    EXPECT_FALSE(lists_revision(padded, [](std::string_view each) { return each.ends_with("2026-07-28"); })) << "a long string is no revision";
}

}  // namespace
}  // namespace bridge::mcp
