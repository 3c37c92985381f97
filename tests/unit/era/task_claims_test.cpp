#include "bridge/era/task_claims.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bridge::era {
namespace {

TEST(TaskClaims, AreOfOnePrincipalEach) {
    task_claims all;
    const auto first = all.claim("a", "one");
    EXPECT_EQ(all.claim("a", "one"), first) << "two clients of one principal";
    EXPECT_NE(all.claim("b", "other"), nullptr);
    EXPECT_FALSE(first->is_disputed);
    EXPECT_EQ(all.claim("a", "other"), nullptr);
    EXPECT_TRUE(first->is_disputed);
}

TEST(TaskClaims, EndWithThoseWhoKnowTheTask) {
    task_claims all;
    EXPECT_NE(all.claim("a", "one"), nullptr);
    EXPECT_NE(all.claim("a", "other"), nullptr);
    const auto kept = all.claim("kept", "one");
    for (int i = 0; i < 1000; ++i) all.claim(std::to_string(i), "one");
    EXPECT_LE(all.size(), 64U);
    EXPECT_EQ(all.claim("kept", "other"), nullptr);
}

}  // namespace
}  // namespace bridge::era
