#include "bridge/child/fair_share.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace bridge::child {
namespace {

// So many places, of which principals hold some.
class shared_out {
public:
    shared_out(std::size_t places, const std::map<std::string, int>& held) : shares(places) {
        for (const auto& [who, count] : held) {
            for (int i = 0; i < count; ++i) parts.push_back(shares.hold(who));
        }
    }

    fair_share shares;
    std::vector<fair_share::part> parts;
};

TEST(FairShare, CountsThoseThatHoldOrWantSomething) {
    shared_out all(4, {{"a", 3}, {"b", 1}});
    EXPECT_FALSE(all.shares.is_above("b"));
    EXPECT_TRUE(all.shares.is_above("a"));
    EXPECT_FALSE(shared_out(4, {{"a", 4}}).shares.is_above("a")) << "nobody else wants anything";
    shared_out one(1, {{"a", 1}});
    const auto wish = one.shares.want("b");
    EXPECT_FALSE(one.shares.is_above("a")) << "each is owed one place at least";
}

TEST(FairShare, TellsWhoeverWaitsHowMuchItsPrincipalHolds) {
    shared_out all(4, {{"a", 1}});
    std::vector<std::size_t> seen;
    {
        const fair_share::watched_wish* watched = nullptr;
        const fair_share::watched_wish mine(all.shares, "a", [&] { seen.push_back(watched->held()); });
        watched = &mine;
        EXPECT_EQ(mine.held(), 1U);
        const auto more = all.shares.hold("a");
        const auto other = all.shares.hold("b");
        all.parts.clear();
    }
    const auto later = all.shares.hold("a");
    EXPECT_THAT(seen, testing::ElementsAre(2, 1, 0));
    EXPECT_EQ((fair_share::watched_wish(all.shares, "", [] {}).held()), 0U) << "the bridge itself";
}

TEST(FairShare, ForgetsWhatIsGivenBack) {
    shared_out all(4, {{"a", 3}, {"b", 1}});
    EXPECT_EQ(all.shares.held("a"), 3U);
    all.parts.front().release();
    EXPECT_EQ(all.shares.held("a"), 2U);
    fair_share::part moved = std::move(all.parts.back());
    EXPECT_EQ(all.shares.held("b"), 1U);
    moved = {};
    EXPECT_EQ(all.shares.held("b"), 0U);
    EXPECT_FALSE(all.shares.is_above("a")) << "it is alone again";
    {
        fair_share::part late;
        {
            fair_share gone(1);
            late = gone.hold("a");
        }
    }
}

TEST(FairShare, AdmitsBeyondAllPlacesOnlyThoseBelowTheirShare) {
    shared_out all(32, {{"a", 32}});
    EXPECT_EQ(fair_share::with_reserve(32), 34U);
    EXPECT_TRUE(all.shares.admits("a", 31));
    EXPECT_FALSE(all.shares.admits("a", 32)) << "with one principal nothing changes";
    EXPECT_TRUE(all.shares.admits("b", 32));
    all.parts.push_back(all.shares.hold("b"));
    EXPECT_FALSE(all.shares.admits("a", 33));
    EXPECT_TRUE(all.shares.admits("b", 33));
    EXPECT_FALSE(all.shares.admits("b", 34)) << "the reserve has an end";
    shared_out equal(32, {{"a", 16}, {"b", 16}});
    EXPECT_FALSE(equal.shares.admits("a", 32));
    EXPECT_FALSE(equal.shares.admits("b", 32));
    EXPECT_EQ(fair_share::with_reserve(1), 2U);
}

}  // namespace
}  // namespace bridge::child
