#include "bridge/child/pool_line.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "bridge/core/steps.hpp"

namespace bridge::child {
namespace {

using use = pool_line::use;

class PoolLine : public testing::Test {
protected:
    class client final : public pool_line::request {
    public:
        client(PoolLine& test, const std::string& principal, use wanted = use::of_slot)
            : request(test.line_, principal, wanted), asked_(test.asked_) {}
        bool is_still_wanted() override {
            ++asked_;
            if (has_left) leave();
            return !has_left;
        }
        void serve() { leave(); }

        bool has_left = false;

    private:
        std::size_t& asked_;
    };

    client& wait(const std::string& principal, use wanted = use::of_slot) { return clients_.emplace_back(*this, principal, wanted); }
    pool_line::opening& open(const std::string& principal = {}) {
        pool_line::opening& out = openings_.emplace_back(line_);
        if (!principal.empty()) out.serve(principal);
        return out;
    }
    /// Opens a slot for each request that has none.
    void cover() {
        while (const pool_line::request* const each = line_.uncovered()) open(each->principal());
    }

    fair_share shares_{4};
    pool_line line_{shares_};
    std::size_t asked_ = 0;
    std::deque<client> clients_;
    std::deque<pool_line::opening> openings_;
};

TEST_F(PoolLine, KnowsForWhomNoSlotIsOpened) {
    EXPECT_EQ(line_.uncovered(), nullptr);
    client& first = wait("a");
    client& second = wait("a");
    client& third = wait("b", use::of_answer);
    EXPECT_EQ(line_.slots_wanted(), 2U);
    EXPECT_EQ(line_.uncovered(), &first);
    open("a");
    EXPECT_EQ(line_.uncovered(), &second) << "a slot serves the first request of its principal";
    open("a");
    EXPECT_EQ(line_.uncovered(), &third);
    open("b");
    EXPECT_EQ(line_.uncovered(), nullptr);
    EXPECT_EQ(line_.opened(), 3U);
    third.serve();
    EXPECT_EQ(line_.slots_wanted(), 2U);
    openings_.front().drop();
    openings_.front().drop();
    EXPECT_EQ(line_.opened(), 2U);
    EXPECT_EQ(line_.uncovered(), &second);
    clients_.clear();
    EXPECT_EQ(line_.uncovered(), nullptr);
    EXPECT_TRUE(line_.empty());
}

TEST_F(PoolLine, ServesTheFirstOfThePrincipalWhoseClientIsThere) {
    client& first = wait("a");
    wait("b");
    client& third = wait("a");
    pool_line::opening& slot = open("a");
    EXPECT_EQ(slot.first_request(), &first);
    first.has_left = true;
    EXPECT_EQ(slot.first_request(), &third);
    third.has_left = true;
    EXPECT_EQ(slot.first_request(), nullptr);
    EXPECT_EQ(line_.first()->principal(), "b");
}

TEST_F(PoolLine, ServesWhoeverHoldsLeastIfNobodyWaitsForTheSlot) {
    const auto held = shares_.hold("a");
    wait("a");
    client& second = wait("b");
    client& third = wait("c");
    EXPECT_EQ(line_.first(), &second);
    second.has_left = true;
    EXPECT_EQ(line_.first(), &third);
    third.has_left = true;
    EXPECT_EQ(line_.first()->principal(), "a");
    clients_.front().has_left = true;
    EXPECT_EQ(line_.first(), nullptr);
    EXPECT_TRUE(line_.empty());
}

TEST_F(PoolLine, TakesOverWhatIsOpenedAheadWhatHasAChildFirst) {
    EXPECT_EQ(line_.ahead(), nullptr);
    pool_line::opening& waiting = open();
    pool_line::opening& started = open();
    EXPECT_EQ(line_.ahead(), &waiting);
    started.set_started(true);
    EXPECT_EQ(line_.ahead(), &started);
    EXPECT_TRUE(started.is_ahead());
    wait("a");
    started.serve("a");
    EXPECT_FALSE(started.is_ahead());
    EXPECT_EQ(line_.uncovered(), nullptr);
    EXPECT_EQ(line_.ahead(), &waiting);
}

TEST_F(PoolLine, SparesAChildThatNoRequestNeeds) {
    pool_line::opening& ahead = open();
    EXPECT_EQ(line_.spare(), nullptr) << "it has no child yet";
    ahead.set_started(true);
    EXPECT_EQ(line_.spare(), &ahead);
    client& first = wait("a");
    ahead.serve("a");
    EXPECT_EQ(line_.spare(), nullptr);
    open("a").set_started(true);
    EXPECT_EQ(line_.spare(), &ahead) << "one of the two is enough";
    ahead.set_started(false);
    EXPECT_EQ(line_.spare(), nullptr);
    first.serve();
    EXPECT_EQ(line_.spare(), &openings_.back());
    openings_.back().drop();
    EXPECT_EQ(line_.spare(), nullptr);
    EXPECT_FALSE(openings_.back().is_ahead());
}

TEST_F(PoolLine, StartsAChildOnlyForARequestWhoseClientIsThere) {
    wait("a");
    wait("a");
    wait("a");
    cover();
    openings_[0].set_started(true);
    EXPECT_TRUE(openings_[1].is_wanted());
    EXPECT_EQ(asked_, 2U) << "the child that is there is for the first one";
    clients_[1].has_left = true;
    EXPECT_TRUE(openings_[1].is_wanted()) << "for the third one";
    clients_[2].has_left = true;
    EXPECT_FALSE(openings_[1].is_wanted());
    EXPECT_TRUE(open().is_wanted()) << "ahead of need";
}

// All work at an arrival, at a start and at the end of an opening.
TEST_F(PoolLine, TakesNoLongerTheMoreWait) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    const auto steps_beside = [this](std::size_t others, bool has_many_principals) {
        for (std::size_t i = 0; i < others; ++i) wait(has_many_principals ? std::to_string(i) : "a");
        cover();
        const std::uint64_t before = core::counted_steps;
        wait("b");
        cover();
        openings_.back().set_started(true);
        EXPECT_TRUE(openings_.back().is_wanted());
        EXPECT_EQ(line_.spare(), nullptr);
        EXPECT_EQ(openings_.back().first_request(), &clients_.back());
        EXPECT_EQ(line_.first(), &clients_.front());
        clients_.pop_back();
        EXPECT_EQ(line_.spare(), &openings_.back());
        openings_.pop_back();
        EXPECT_EQ(line_.uncovered(), nullptr);
        const std::uint64_t out = core::counted_steps - before;
        clients_.clear();
        openings_.clear();
        return out;
    };
    for (const bool has_many_principals : {false, true}) {
        const std::uint64_t few = steps_beside(100, has_many_principals);
        EXPECT_GT(few, 0U);
        EXPECT_LE(steps_beside(10'000, has_many_principals), few);
    }
}

}  // namespace
}  // namespace bridge::child
