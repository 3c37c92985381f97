#include "bridge/child/sleep_order.hpp"

#include <gtest/gtest.h>

#include <list>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;
using enum extent_of_use;

// The clients of one era.
class some_clients final : public idle_clients {
public:
    void list_idle(std::vector<idle_client>& out) const override { out.insert(out.end(), all.begin(), all.end()); }

    std::vector<idle_client> all;
};

class SleepOrder : public testing::Test {
protected:
    SleepOrder() {
        bounds_.sleep_after = 60s;
        bounds_.sleep_listed_after = 10s;
    }

    /// `principal` holds so many processes.
    void hold(std::string_view principal, int count) {
        for (int i = 0; i < count; ++i) parts_.push_back(shares_.hold(principal));
    }
    void add(some_clients& era, std::string_view principal, const std::string& name, extent_of_use use, std::chrono::seconds idle) {
        era.all.push_back({.principal = principal, .use = use, .since = core::clock::now() - idle, .fall_asleep = [this, name] { asleep_ = name; }});
    }
    /// The name of the client that falls asleep; empty if none does.
    std::string sleep_for(std::string_view principal, bool is_below_share = false) {
        asleep_.clear();
        const bool has_chosen = order_.put_one_to_sleep(shares_, principal, is_below_share);
        EXPECT_EQ(has_chosen, !asleep_.empty());
        return asleep_;
    }

    core::limits bounds_;
    std::string server_ = "server";
    fair_share shares_{8};
    std::list<fair_share::part> parts_;
    some_clients legacy_;
    some_clients modern_;
    sleep_order order_{bounds_, server_, {&legacy_, &modern_}};
    std::string asleep_;
};

TEST_F(SleepOrder, TakesNothingFromThoseThatWereIdleForAMoment) {
    hold("a", 2);
    add(legacy_, "a", "worked", worked, 59s);
    add(modern_, "a", "listed", listed, 9s);
    add(modern_, "a", "unused", none, 9s);
    EXPECT_EQ(sleep_for("a"), "");
    EXPECT_EQ(sleep_for("b"), "");
}

TEST_F(SleepOrder, IsOneForClientsOfAllEras) {
    hold("a", 3);
    add(legacy_, "a", "legacy, worked", worked, 100s);
    add(modern_, "a", "modern, listed", listed, 11s);
    EXPECT_EQ(sleep_for("b"), "modern, listed") << "though the other was idle for longer";
    add(legacy_, "a", "legacy, unused", none, 11s);
    EXPECT_EQ(sleep_for("b"), "legacy, unused");
}

TEST_F(SleepOrder, TakesTheOldestOfThoseThatWouldLoseAsMuch) {
    hold("a", 3);
    add(legacy_, "a", "younger", worked, 61s);
    add(modern_, "a", "oldest", worked, 63s);
    add(legacy_, "a", "older", worked, 62s);
    EXPECT_EQ(sleep_for("b"), "oldest");
}

TEST_F(SleepOrder, TakesFromTheLargestHolderFirst) {
    hold("many", 3);
    hold("few", 2);
    add(legacy_, "few", "of few", none, 1000s);
    add(modern_, "many", "of many", worked, 61s);
    EXPECT_EQ(sleep_for("c"), "of many");
}

TEST_F(SleepOrder, TakesAtOnceWhatALargeHolderOwesToASmallOne) {
    hold("many", 6);
    hold("few", 2);
    add(legacy_, "few", "of few", worked, 1s);
    add(modern_, "many", "of many", worked, 1s);
    const auto wish = shares_.want("c");
    EXPECT_EQ(sleep_for("c"), "") << "who has its share already waits";
    EXPECT_EQ(sleep_for("c", true), "of many");
    EXPECT_EQ(sleep_for("many", true), "") << "nobody owes it to itself";
}

TEST_F(SleepOrder, TakesThoseFirstThatHaveLeft) {
    hold("a", 2);
    add(modern_, "a", "unused", none, 1000s);
    add(legacy_, "a", "left", worked, 0s);
    legacy_.all.back().is_left = true;
    EXPECT_EQ(sleep_for("b"), "left");
}

}  // namespace
}  // namespace bridge::child
