#include "bridge/core/shared_text.hpp"

#include <gtest/gtest.h>

namespace bridge::core {
namespace {

TEST(LentText, ComesBackIfNobodyKeepsAPart) {
    std::string text(100, 'x');
    const std::string_view part = std::string_view(text).substr(10, 20);
    {
        const lent_text lent(text);
        const shared_text given = lent.lend(part);
        EXPECT_EQ(given.view(), std::string(20, 'x'));
    }
    EXPECT_EQ(text.size(), 100U);
    EXPECT_EQ(part.data(), text.data() + 10) << "views stay valid";
}

TEST(LentText, BelongsToThoseWhoKeepAPart) {
    std::string text(100, 'x');
    const std::string_view part = std::string_view(text).substr(10, 20);
    shared_text kept;
    {
        const lent_text lent(text);
        kept = lent.lend(part);
    }
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(kept.view().data(), part.data());
    EXPECT_EQ(kept.view(), std::string(20, 'x'));
    EXPECT_GE(kept.cost(), 100U);
}

}  // namespace
}  // namespace bridge::core
