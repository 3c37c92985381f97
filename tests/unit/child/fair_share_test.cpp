#include "bridge/child/fair_share.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace bridge::child {
namespace {

using testing::ElementsAre;
using line = std::vector<std::string_view>;

// So many places, of which principals hold some.
class shared_out {
public:
    shared_out(std::size_t places, const std::map<std::string, int>& held) : shares(places) {
        for (const auto& [who, count] : held) {
            for (int i = 0; i < count; ++i) parts.push_back(shares.hold(who));
        }
    }

    /// The same, while those in `waiting` wait.
    shared_out& with(const line& waiting) {
        for (const auto each : waiting) parts.push_back(shares.want(each));
        return *this;
    }

    std::vector<std::string> order(const line& waiting) {
        with(waiting);
        std::vector<std::string> out;
        for (const auto& each : shares.turns(waiting)) {
            out.push_back(std::to_string(each.index) + std::string(waiting[each.index]) + (each.is_below_share ? "<" : ""));
        }
        EXPECT_EQ(shares.first(waiting), shares.turns(waiting).front().index);
        return out;
    }

    fair_share shares;
    std::vector<fair_share::part> parts;
};

TEST(FairShare, LetsThoseGoFirstWhoHoldLeast) {
    EXPECT_THAT(shared_out(4, {{"a", 4}}).order({"a", "b"}), ElementsAre("1b<", "0a"));
    EXPECT_THAT(shared_out(4, {{"a", 3}, {"b", 1}}).order({"a", "b", "b"}), ElementsAre("1b<", "2b", "0a"));
    EXPECT_THAT(shared_out(6, {{"a", 5}, {"b", 1}}).order({"a", "b", "c", "a", "c"}), ElementsAre("2c<", "1b<", "4c<", "0a", "3a"));
}

TEST(FairShare, KeepsTheOrderOfOnePrincipal) {
    EXPECT_THAT(shared_out(3, {{"a", 3}}).order({"a", "a", "a"}), ElementsAre("0a", "1a", "2a"));
    EXPECT_THAT(shared_out(3, {}).order({"a", "b", "a", "b"}), ElementsAre("0a<", "1b<", "2a", "3b"));
}

TEST(FairShare, LetsTheBridgeItselfGoFirstAndDoesNotCountIt) {
    EXPECT_THAT(shared_out(2, {{"a", 2}}).order({"a", "", "", "b"}), ElementsAre("1", "2", "3b<", "0a"));
    shared_out all(4, {{"a", 3}, {"b", 1}});
    EXPECT_FALSE(all.shares.is_above("b"));
    EXPECT_TRUE(all.shares.is_above("a"));
    EXPECT_FALSE(shared_out(4, {{"a", 4}}).shares.is_above("a")) << "nobody else wants anything";
}

TEST(FairShare, OwesEachPrincipalOnePlaceAtLeast) {
    shared_out all(1, {{"a", 1}});
    EXPECT_THAT(all.order({"b", "c"}), ElementsAre("0b<", "1c<"));
    EXPECT_FALSE(all.shares.is_above("a")) << "it has no more than that itself";
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

struct full_line {
    std::map<std::string, int> held;
    line waiting;
    std::string_view newcomer;
    std::size_t refused;
};

TEST(FairShare, RefusesTheNewestOfThoseWhoHaveMost) {
    for (const auto& [held, waiting, newcomer, refused] : std::vector<full_line>{
             {{{"a", 2}}, {"a", "a"}, "a", 2},
             {{{"a", 2}}, {"a", "a"}, "b", 1},
             {{{"a", 2}}, {"a", "b"}, "b", 0},
             {{{"a", 1}, {"b", 1}}, {"a", "b"}, "c", 1},
             {{{"a", 9}}, {"b", "b"}, "c", 1},
             {{{"a", 9}}, {"b", "c"}, "a", 2},
             {{}, {"a", "b"}, "c", 2},
             {{{"a", 3}}, {"", ""}, "a", 2},
         }) {
        shared_out all(2, held);
        all.with(waiting);
        EXPECT_EQ(all.shares.refused(waiting, newcomer), refused) << newcomer << " with " << testing::PrintToString(waiting);
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
