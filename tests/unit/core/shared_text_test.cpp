#include "bridge/core/shared_text.hpp"

#include <gtest/gtest.h>

namespace bridge::core {
namespace {

TEST(LentText, ComesBackIfNobodyKeepsAPart) {
    std::string text(100, 'x');
    const std::string_view part = std::string_view(text).substr(10, 20);
    {
        const lent_text lent(text, nullptr);
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
        const lent_text lent(text, nullptr);
        kept = lent.lend(part);
    }
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(kept.view().data(), part.data());
    EXPECT_EQ(kept.view(), std::string(20, 'x'));
}

// Each of those who keep a part would charge for the whole text.
TEST(LentText, IsPaidForOnce) {
    memory_budget budget(1'000'000);
    const memory_account_ptr account = budget.account_of("somebody");
    std::string text(1000, 'x');
    shared_text kept;
    {
        const lent_text lent(text, account);
        kept = lent.text();
        EXPECT_EQ(budget.used(), 0U) << "the caller still pays for it";
    }
    EXPECT_GE(budget.used(), 1000U);
    EXPECT_EQ(kept.cost(), 0U);
    kept = {};
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_GE(shared_text(std::string(1000, 'x')).cost(), 1000U) << "a text of one owner";
}

}  // namespace
}  // namespace bridge::core
