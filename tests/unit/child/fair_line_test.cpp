#include "bridge/child/fair_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

#include "bridge/core/steps.hpp"

namespace bridge::child {
namespace {

using testing::ElementsAre;

// A line for so many places, of which principals hold some.
class filled_line {
public:
    filled_line(std::size_t places, const std::map<std::string, int>& held, const std::vector<std::string>& waiting = {})
        : shares(places), line(shares) {
        for (const auto& [who, count] : held) {
            for (int i = 0; i < count; ++i) parts.push_back(shares.hold(who));
        }
        for (const auto& each : waiting) claims.emplace_back(line, each);
    }

    /// The position of a claim among all that ever came, with its principal.
    std::string name_of(const fair_line::claim* named) const {
        for (std::size_t i = 0; i < claims.size(); ++i) {
            if (&claims[i] == named) return std::to_string(i) + named->principal();
        }
        return "none";
    }
    std::vector<std::string> order(std::size_t most = 100) const {
        std::vector<std::string> out;
        for (const auto& each : line.turns(most)) out.push_back(name_of(each.next) + (each.is_below_share ? "<" : ""));
        EXPECT_TRUE(out.empty() || out.front().starts_with(name_of(line.first())));
        return out;
    }

    fair_share shares;
    fair_line line;
    std::vector<fair_share::part> parts;
    std::deque<fair_line::claim> claims;
};

TEST(FairLine, LetsThoseGoFirstWhoHoldLeast) {
    EXPECT_THAT(filled_line(4, {{"a", 4}}, {"a", "b"}).order(), ElementsAre("1b<", "0a"));
    EXPECT_THAT(filled_line(4, {{"a", 3}, {"b", 1}}, {"a", "b", "b"}).order(), ElementsAre("1b<", "2b", "0a"));
    EXPECT_THAT(filled_line(6, {{"a", 5}, {"b", 1}}, {"a", "b", "c", "a", "c"}).order(), ElementsAre("2c<", "1b<", "4c<", "0a", "3a"));
}

TEST(FairLine, KeepsTheOrderOfOnePrincipal) {
    EXPECT_THAT(filled_line(3, {{"a", 3}}, {"a", "a", "a"}).order(), ElementsAre("0a", "1a", "2a"));
    EXPECT_THAT(filled_line(3, {}, {"a", "b", "a", "b"}).order(), ElementsAre("0a<", "1b<", "2a", "3b"));
}

TEST(FairLine, LetsTheBridgeItselfGoFirstAndDoesNotCountIt) {
    EXPECT_THAT(filled_line(2, {{"a", 2}}, {"a", "", "", "b"}).order(), ElementsAre("1", "2", "3b<", "0a"));
}

TEST(FairLine, OwesEachPrincipalOnePlaceAtLeast) {
    EXPECT_THAT(filled_line(1, {{"a", 1}}, {"b", "c"}).order(), ElementsAre("0b<", "1c<"));
}

TEST(FairLine, TellsTheFirstTurnsOnly) {
    EXPECT_THAT(filled_line(6, {{"a", 5}, {"b", 1}}, {"a", "b", "c", "a", "c"}).order(3), ElementsAre("2c<", "1b<", "4c<"));
    EXPECT_THAT(filled_line(6, {}).order(), testing::IsEmpty());
    EXPECT_EQ(filled_line(6, {}).line.first(), nullptr);
}

TEST(FairLine, FollowsWhatHappens) {
    filled_line all(8, {{"a", 1}, {"b", 2}}, {"a", "b", "a"});
    EXPECT_THAT(all.order(), ElementsAre("0a<", "1b<", "2a<"));
    all.parts.erase(all.parts.begin() + 1, all.parts.end());
    EXPECT_THAT(all.order(), ElementsAre("1b<", "0a<", "2a<")) << "b holds none any more";
    all.parts.push_back(all.shares.hold("b"));
    all.parts.push_back(all.shares.hold("b"));
    EXPECT_TRUE(all.claims[0].leave());
    EXPECT_FALSE(all.claims[0].leave());
    EXPECT_THAT(all.order(), ElementsAre("2a<", "1b<"));
    EXPECT_EQ(all.line.claims().front(), &all.claims[1]) << "the oldest of all";
    all.claims.pop_back();
    all.claims.emplace_back(all.line, "a");
    EXPECT_THAT(all.order(), ElementsAre("2a<", "1b<"));
    all.parts.clear();
    EXPECT_THAT(all.order(), ElementsAre("1b<", "2a<"));
    all.claims.clear();
    EXPECT_TRUE(all.line.empty());
    EXPECT_FALSE(all.shares.is_above("a"));
}

struct full_line {
    std::map<std::string, int> held;
    std::vector<std::string> waiting;
    std::string_view newcomer;
    std::string refused;
};

TEST(FairLine, RefusesTheNewestOfThoseWhoHaveMost) {
    for (const auto& [held, waiting, newcomer, refused] : std::vector<full_line>{
             {{{"a", 2}}, {"a", "a"}, "a", "none"},
             {{{"a", 2}}, {"a", "a"}, "b", "1a"},
             {{{"a", 2}}, {"a", "b"}, "b", "0a"},
             {{{"a", 1}, {"b", 1}}, {"a", "b"}, "c", "1b"},
             {{{"a", 9}}, {"b", "b"}, "c", "1b"},
             {{{"a", 9}}, {"b", "c"}, "a", "none"},
             {{}, {"a", "b"}, "c", "none"},
             {{{"a", 3}}, {"", ""}, "a", "none"},
             {{}, {"", "", "a", "a"}, "", "none"},
             {{}, {"a", "a", "a", "", ""}, "", "none"},
             {{}, {"a", "a", "a", "a", ""}, "", "3a"},
         }) {
        const filled_line all(2, held, waiting);
        EXPECT_EQ(all.name_of(all.line.to_refuse(newcomer)), refused) << newcomer << " with " << testing::PrintToString(waiting);
    }
}

// The steps of a claim that arrives, is chosen and leaves, while so many others wait. Each of these has a principal of its own, or all have the same.
std::uint64_t steps_beside(std::size_t others, bool has_many_principals) {
    filled_line all(4, {{"a", 4}});
    for (std::size_t i = 0; i < others; ++i) all.claims.emplace_back(all.line, has_many_principals ? std::to_string(i) : "a");
    const std::uint64_t before = core::counted_steps;
    all.claims.emplace_back(all.line, "b");
    all.order(4);
    EXPECT_EQ(all.line.to_refuse("c") == nullptr, has_many_principals);
    all.parts.pop_back();
    all.claims.pop_back();
    return core::counted_steps - before;
}

TEST(FairLine, TakesNoLongerTheMoreWait) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    for (const bool has_many_principals : {false, true}) {
        const std::uint64_t few = steps_beside(100, has_many_principals);
        EXPECT_GT(few, 0U);
        EXPECT_LE(steps_beside(10'000, has_many_principals), few);
    }
}

}  // namespace
}  // namespace bridge::child
