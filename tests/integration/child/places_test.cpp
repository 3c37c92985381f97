// Promise: when as many processes run as may, whoever needs one waits in a bounded line, gets one that nobody has spoken to before another
// is started, and a slot that gave up its process takes another one only when it is opened.
#include <gmock/gmock.h>

#include "tests/integration/child/children_fixture.hpp"

namespace bridge::child {
namespace {

using testing::HasSubstr;

// Wants its child all the time, on behalf of a principal.
class eager_owner final : public slot_owner {
public:
    explicit eager_owner(std::string principal) : principal_(std::move(principal)) {}
    void on_child_notification(link&, const jsonrpc::envelope&) override {}
    void on_child_request(link&, const jsonrpc::envelope&) override {}
    void on_child_failure(link&) override { ++failures; }
    bool needs_child() const override { return true; }
    std::string_view principal() const override { return principal_; }

    int failures = 0;

private:
    std::string principal_;
};

// Puts one slot to sleep, if that is for whom it is told to.
class one_sleeper final : public sleepers {
public:
    explicit one_sleeper(std::shared_ptr<child_slot> held) : held_(std::move(held)) {}
    bool put_one_to_sleep(const fair_share&, std::string_view principal, bool is_below_share) override {
        if (!held_ || !held_->can_sleep()) return false;
        asked_for = std::string(principal) + (is_below_share ? " below" : "");
        held_->sleep("its place is needed");
        return true;
    }

    std::string asked_for;

private:
    std::shared_ptr<child_slot> held_;
};

// Puts nobody to sleep, and counts how often it was asked to.
class restless final : public sleepers {
public:
    bool put_one_to_sleep(const fair_share&, std::string_view, bool) override {
        ++asked;
        return false;
    }

    std::size_t asked = 0;
};

class Places : public ChildrenTest {
protected:
    Places() {
        bounds_.children = 1;
        bounds_.place_timeout = 300ms;
    }

    std::shared_ptr<child_slot> make_slot(const std::shared_ptr<eager_owner>& owner = {}) {
        return child_slot::make(loop_.get_executor(), all(), bounds_, words(), owner);
    }
    granted<std::shared_ptr<link>> open(const std::shared_ptr<child_slot>& place, when_full full = when_full::wait_briefly) {
        return await(child_slot::open(place, full));
    }

    // In the background; what comes of it goes to outcomes_.
    void begin_opening(const std::shared_ptr<child_slot>& place) {
        boost::asio::co_spawn(loop_, child_slot::open(place, when_full::wait_briefly),
                              [this](const std::exception_ptr&, granted<std::shared_ptr<link>> got) { outcomes_.push_back(std::move(got)); });
    }
    [[nodiscard]] bool have_outcome(std::size_t count) {
        return run_until([&] { return outcomes_.size() == count; });
    }

    std::shared_ptr<link> take_one() {
        const granted<std::shared_ptr<link>> acquired = await(all().acquire({}, {}));
        return acquired ? *acquired : nullptr;
    }

    std::vector<granted<std::shared_ptr<link>>> outcomes_;
};

TEST_F(Places, AreWaitedForAndThenRefused) {
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    const auto before = core::clock::now();
    const granted<std::shared_ptr<link>> refused = open(make_slot());
    EXPECT_FALSE(refused);
    EXPECT_TRUE(refused.error().is_at_limit());
    EXPECT_GE(refused.error().retry_after, 1s);
    EXPECT_GE(core::clock::now() - before, 300ms);
    EXPECT_THAT(refused.error().text, HasSubstr("none ended within 300 ms"));
}

TEST_F(Places, AreWaitedForByABoundedNumber) {
    bounds_.waiting_requests = 1;
    bounds_.place_timeout = 10s;
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    const auto waits = make_slot(std::make_shared<eager_owner>("a"));
    begin_opening(waits);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 50ms));
    const granted<std::shared_ptr<link>> refused = open(make_slot(std::make_shared<eager_owner>("a")));
    EXPECT_TRUE(refused.error().is_at_limit());
    EXPECT_THAT(refused.error().text, HasSubstr("1 requests wait"));
    waits->close("it waits no more");
    ASSERT_TRUE(have_outcome(1));
    EXPECT_FALSE(outcomes_[0]);
    EXPECT_EQ(starts().size(), 1U);
}

// A look for a child that can be ended costs time in proportion to the number of clients.
TEST_F(Places, AreNotLookedForAtEachArrival) {
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    restless clients;
    all().places().set_sleepers(&clients);
    bounds_.place_timeout = 10s;
    const auto began = core::clock::now();
    std::vector<std::shared_ptr<child_slot>> waiting;
    for (int i = 0; i < 200; ++i) begin_opening(waiting.emplace_back(make_slot(std::make_shared<eager_owner>("a"))));
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    const auto looks = (core::clock::now() - began) / 10ms + 1;
    EXPECT_LE(clients.asked, 1 + static_cast<std::size_t>(looks));
    EXPECT_GE(clients.asked, 1U);
    for (const auto& each : waiting) each->close("it waits no more");
    ASSERT_TRUE(have_outcome(waiting.size()));
    all().places().set_sleepers(nullptr);
}

TEST_F(Places, OfASeatThatFallsAsleepGoToTheOneThatWaits) {
    const auto owner = std::make_shared<eager_owner>("a");
    const auto sleeper = make_slot(owner);
    ASSERT_TRUE(open(sleeper));
    one_sleeper held(sleeper);
    all().places().set_sleepers(&held);
    const auto bobs = std::make_shared<eager_owner>("b");
    const auto other = make_slot(bobs);
    ASSERT_TRUE(open(other));
    EXPECT_EQ(held.asked_for, "b below");
    EXPECT_TRUE(sleeper->is_asleep());
    EXPECT_EQ(sleeper->current(), nullptr);
    EXPECT_EQ(owner->failures, 0);
    // Though its owner wants one all the time, and there is room.
    other->close("done");
    sleeper->ensure();
    EXPECT_FALSE(run_until([&] { return starts().size() > 2; }, 300ms));
    ASSERT_TRUE(open(sleeper));
    EXPECT_FALSE(sleeper->is_asleep());
    EXPECT_FALSE(all().current_refusal());
    all().places().set_sleepers(nullptr);
}

TEST_F(Places, OfOneThatCannotWakeLeaveItAsleep) {
    const auto owner = std::make_shared<eager_owner>("a");
    const auto sleeper = make_slot(owner);
    ASSERT_TRUE(open(sleeper));
    sleeper->sleep("its place is needed");
    const auto other = make_slot();
    ASSERT_TRUE(open(other));
    EXPECT_TRUE(open(sleeper).error().is_at_limit());
    EXPECT_TRUE(sleeper->is_asleep());
}

TEST_F(Places, OfAProcessThatNobodyHasSpokenToAreKeptIfWanted) {
    const auto unused = take_one();
    ASSERT_TRUE(unused);
    all().keep_warm(1);
    all().give_back(unused, "its client has left");
    const auto place = make_slot();
    const granted<std::shared_ptr<link>> opened = open(place);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pid_of(**opened), starts().front());
}

TEST_F(Places, OfAProcessThatNobodyHasSpokenToGoToWhoeverWaits) {
    const auto unused = take_one();
    ASSERT_TRUE(unused);
    const auto place = make_slot();
    bounds_.place_timeout = 10s;
    begin_opening(place);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 50ms));
    all().give_back(unused, "its client has left");
    ASSERT_TRUE(have_outcome(1));
    ASSERT_TRUE(outcomes_[0]) << outcomes_[0].error().text;
    EXPECT_EQ(starts().size(), 1U);
}

TEST_F(Places, OfAProcessThatWasSpokenToBecomeFree) {
    const auto used = take_one();
    ASSERT_TRUE(used);
    all().keep_warm(1);
    pid_of(*used);
    all().give_back(used, "its client has left");
    EXPECT_TRUE(run_until([&] { return used->current() == link::state::ended; }));
    EXPECT_TRUE(has_started(2)) << "the next is started ahead";
}

TEST_F(Places, AreRefusedToNobodyWhoJoinsAnOpeningThatDidNotWait) {
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    const auto owner = std::make_shared<eager_owner>("a");
    const auto place = make_slot(owner);
    bounds_.place_timeout = 10s;
    // Its own need waits for nothing; the call that comes meanwhile does.
    place->ensure();
    begin_opening(place);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    held->close("done");
    ASSERT_TRUE(have_outcome(1));
    EXPECT_TRUE(outcomes_[0]) << outcomes_[0].error().text;
}

TEST_F(Places, AreNotForThoseThatHaveLeftMeanwhile) {
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    bounds_.place_timeout = 10s;
    const auto place = make_slot();
    bool is_first_wanted = true;
    bool is_second_wanted = true;
    const auto begin = [&](bool& is_wanted) {
        std::function<bool()> wish = [&is_wanted] { return is_wanted; };
        boost::asio::co_spawn(loop_, child_slot::open(place, when_full::wait_briefly, std::move(wish)),
                              [this](const std::exception_ptr&, granted<std::shared_ptr<link>> got) { outcomes_.push_back(std::move(got)); });
    };
    begin(is_first_wanted);
    begin(is_second_wanted);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    is_first_wanted = false;
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 500ms)) << "one of them is there still";
    is_second_wanted = false;
    held->close("done");
    ASSERT_TRUE(have_outcome(2));
    for (const auto& each : outcomes_) EXPECT_FALSE(each);
    EXPECT_FALSE(run_until([&] { return starts().size() > 1; }, 300ms));
    ASSERT_TRUE(open(place)) << "who comes later gets a process";
}

}  // namespace
}  // namespace bridge::child
