// Promise: whoever needs a fresh child gets one that is initialised already if there is one, and in turn otherwise.
#include "bridge/child/pool.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <boost/asio/detached.hpp>
#include <functional>
#include <utility>

#include "bridge/core/steps.hpp"
#include "tests/integration/child/children_fixture.hpp"

namespace bridge::child {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Pool : public ChildrenTest {
protected:
    void make(std::size_t size) { pool_ = make_pool(size); }
    std::shared_ptr<pool> make_pool(std::size_t size) { return pool::make(loop_.get_executor(), all(), bounds_, words(), size); }

    granted<std::shared_ptr<child_slot>> open() { return await(pool::open(pool_, {}, {})); }

    // Waits in the background; `outcomes_` gets what it is given, in the order in which it is given.
    void ask(int index, std::function<bool()> is_wanted = {}) { ask_for(pool_, {}, index, std::move(is_wanted)); }

    // Opens a slot of any pool on behalf of `principal`.
    void ask_for(const std::shared_ptr<pool>& asked, const std::string& principal, int index, std::function<bool()> is_wanted = {}) {
        boost::asio::co_spawn(loop_, pool::open(asked, {}, principal, std::move(is_wanted)),
                              [this, index](const std::exception_ptr&, granted<std::shared_ptr<child_slot>> given) {
            order_.push_back(index);
            outcomes_.push_back(std::move(given));
        });
    }

    [[nodiscard]] bool has_ready(std::size_t count) {
        return run_until([&] { return pool_->count() >= count; });
    }

    std::shared_ptr<pool> pool_;
    std::vector<int> order_;
    std::vector<granted<std::shared_ptr<child_slot>>> outcomes_;
};

TEST_F(Pool, GivesAnOpenOneAtOnceAndRefills) {
    make(2);
    EXPECT_EQ(pool_->acquire_open({}, {}), nullptr);
    ASSERT_TRUE(has_ready(2));
    EXPECT_EQ(starts().size(), 2U);
    const auto first = pool_->acquire_open({}, {});
    ASSERT_TRUE(first);
    ASSERT_TRUE(first->current());
    EXPECT_THAT(first->initialize_result(), HasSubstr("stdio-fixture"));
    ASSERT_TRUE(has_ready(2));
    EXPECT_EQ(starts().size(), 3U);
    const auto second = pool_->acquire_open({}, {});
    EXPECT_NE(pid_of(*first->current()), pid_of(*second->current()));
}

TEST_F(Pool, OpensOneForWhoeverAsksIfNoneIsKeptReady) {
    make(0);
    const granted<std::shared_ptr<child_slot>> given = open();
    ASSERT_TRUE(given) << given.error().text;
    EXPECT_TRUE((*given)->current());
    EXPECT_EQ(starts().size(), 1U);
}

TEST_F(Pool, StartsAsManyAtOnceAsAreWaitedFor) {
    start_with({"--start-delay", "300"});
    make(1);
    for (int i = 0; i < 4; ++i) ask(i);
    ASSERT_TRUE(run_until([&] { return all().count() >= 4; }));
    EXPECT_EQ(outcomes_.size(), 0U) << "one after the other";
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 4; }));
    for (const granted<std::shared_ptr<child_slot>>& each : outcomes_) EXPECT_TRUE(each) << each.error().text;
    EXPECT_TRUE(has_ready(1));
    EXPECT_EQ(starts().size(), 5U);
}

TEST_F(Pool, PassesOnWhatTheChildSaysToItsTaker) {
    class listener final : public slot_owner {
    public:
        void on_child_notification(link&, const jsonrpc::envelope&) override {}
        void on_child_request(link& source, const jsonrpc::envelope& message) override {
            method = message.method;
            source.answer(message.id, "{}");
        }
        std::string method;
    };
    make(1);
    ASSERT_TRUE(has_ready(1));
    const auto owner = std::make_shared<listener>();
    const auto place = pool_->acquire_open(owner, {});
    ASSERT_TRUE(place);
    jsonrpc::envelope message;
    message.method = R"("tools/call")";
    message.params = R"({"name":"ask","arguments":{"method":"roots/list"}})";
    class deaf final : public call_sink {
        void on_answer(const jsonrpc::envelope&) override {}
        bool on_message(const jsonrpc::envelope&) override { return true; }
        void on_lost(std::string_view) override {}
    };
    EXPECT_TRUE(place->current()->call(message, std::make_shared<deaf>()).has_value());
    EXPECT_TRUE(run_until([&] { return owner->method == R"("roots/list")"; }));
}

TEST_F(Pool, ServesThoseThatWaitAtTheCapInTheirOrder) {
    bounds_.children = 1;
    make(1);
    granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first) << first.error().text;
    for (int i = 0; i < 3; ++i) ask(i);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    EXPECT_EQ(starts().size(), 1U);
    (*first)->close("done");
    for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(run_until([&] { return outcomes_.size() == i + 1; }));
        ASSERT_TRUE(outcomes_[i]) << outcomes_[i].error().text;
        EXPECT_LE(running(), 1U);
        (*outcomes_[i]).reset();
    }
    EXPECT_THAT(order_, ElementsAre(0, 1, 2));
    EXPECT_TRUE(has_ready(1)) << "what is kept ready comes last";
}

TEST_F(Pool, GivesNoneToThoseThatWaitAndDoNotWantOneAnyMore) {
    bounds_.children = 1;
    make(0);
    const granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first) << first.error().text;
    bool is_wanted = true;
    for (int i = 0; i < 5; ++i) ask(i, [&is_wanted] { return is_wanted; });
    ask(5);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    is_wanted = false;
    (*first)->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 6; }));
    EXPECT_TRUE(outcomes_.back()) << outcomes_.back().error().text;
    EXPECT_EQ(order_.back(), 5);
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(Pool, WaitsAtTheCapNoLongerThanTheStartTimeout) {
    bounds_.children = 1;
    make(1);
    const granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first) << first.error().text;
    bounds_.start_timeout = 100ms;
    const granted<std::shared_ptr<child_slot>> second = open();
    EXPECT_FALSE(second);
    EXPECT_TRUE(second.error().is_at_limit());
    EXPECT_EQ(second.error().text, "all 1 server processes that may run at once are running, and none ended within 100 ms");
}

TEST_F(Pool, LetsOnlySoManyWait) {
    bounds_.children = 1;
    bounds_.waiting_requests = 2;
    make(1);
    const granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first);
    ask(0);
    ask(1);
    const granted<std::shared_ptr<child_slot>> third = open();
    EXPECT_FALSE(third);
    EXPECT_TRUE(third.error().is_at_limit());
    EXPECT_EQ(third.error().text, "2 requests wait for a server process already");
}

TEST_F(Pool, TellsWhoeverWaitsWhyTheServerDoesNotOpen) {
    start_with({"--crash-on", "initialize", "--last-words", "no licence"});
    make(1);
    const granted<std::shared_ptr<child_slot>> given = open();
    EXPECT_FALSE(given);
    EXPECT_FALSE(given.error().is_at_limit());
    EXPECT_THAT(given.error().text, HasSubstr("no licence"));
}

TEST_F(Pool, DoesNotSpinWhenTheyCannotBeOpened) {
    bounds_.restart_delay = 50ms;
    start_with({"--crash-on", "initialize"});
    make(2);
    // Five, of which two together, make a crash loop; one more can be on its way then.
    EXPECT_FALSE(run_until([&] { return starts().size() > 6; }, 1s));
    EXPECT_GE(starts().size(), 3U);
}

TEST_F(Pool, ReplacesOneThatDiedUnused) {
    make(1);
    ASSERT_TRUE(has_ready(1));
    ::kill(std::stoi(starts().front()), SIGKILL);
    ASSERT_TRUE(run_until([&] { return starts().size() == 2 && pool_->count() == 1; }));
    const auto place = pool_->acquire_open({}, {});
    ASSERT_TRUE(place);
    EXPECT_EQ(pid_of(*place->current()), starts().at(1));
}

// With a place for one only, a slot that is not of the pool gets it all the same.
TEST_F(Pool, GivesUpAReadyOneForAnotherSeat) {
    bounds_.children = 1;
    make(1);
    ASSERT_TRUE(has_ready(1));
    const auto other = child_slot::make(loop_.get_executor(), all(), bounds_, words(), {});
    const granted<std::shared_ptr<link>> opened = await(child_slot::open(other));
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pool_->count(), 0U);
    EXPECT_EQ(running(), 1U);
    other->close("done");
    EXPECT_TRUE(has_ready(1));
}

TEST_F(Pool, GivesUpOneThatIsBeingOpenedForAnotherSeat) {
    bounds_.children = 1;
    start_with({"--start-delay", "500"});
    make(1);
    ASSERT_TRUE(run_until([&] { return all().count() == 1; }));
    const auto other = child_slot::make(loop_.get_executor(), all(), bounds_, words(), {});
    const granted<std::shared_ptr<link>> opened = await(child_slot::open(other));
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pool_->count(), 0U);
}

TEST_F(Pool, NeverGivesUpOneThatSomebodyWaitsFor) {
    bounds_.children = 1;
    start_with({"--start-delay", "200"});
    make(1);
    ask(0);
    ASSERT_TRUE(run_until([&] { return all().count() == 1; }));
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 1; }));
    EXPECT_TRUE(outcomes_[0]) << outcomes_[0].error().text;
}

// What is started ahead but not initialised is of use to a pool too.
TEST_F(Pool, OpensTheProcessThatWasStartedAhead) {
    all().keep_warm(1);
    make(0);
    ASSERT_TRUE(has_started(1));
    const granted<std::shared_ptr<child_slot>> given = open();
    ASSERT_TRUE(given) << given.error().text;
    EXPECT_EQ(pid_of(*(*given)->current()), starts().front());
}

TEST_F(Pool, EndsWithTheChildren) {
    bounds_.children = 1;
    make(1);
    granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first);
    ask(0);
    ask(1);
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 20ms));
    all().close_all("the bridge is shutting down");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 2; }));
    for (const granted<std::shared_ptr<child_slot>>& each : outcomes_) {
        EXPECT_EQ(each.error().text, "the bridge is shutting down");
        EXPECT_FALSE(each.error().is_at_limit());
    }
    EXPECT_TRUE(await(all().wait_all_ended(core::clock::now() + 10s)));
    EXPECT_TRUE(run_until([&] { return loop_.stopped(); }));
    EXPECT_EQ(open().error().text, "the bridge is shutting down");
    EXPECT_EQ(starts().size(), 1U);
}

TEST_F(Pool, EndsInTheMiddleOfOpening) {
    start_with({"--start-delay", "5000"});
    make(2);
    ask(0);
    ASSERT_TRUE(run_until([&] { return all().count() >= 2; }));
    all().kill_all();
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 1; }));
    EXPECT_FALSE(outcomes_[0]);
    EXPECT_TRUE(run_until([&] { return loop_.stopped(); }));
}

// Many at once, each thrown away after its answer: every one is served, and the cap holds.
TEST_F(Pool, HoldsTheCapUnderLoad) {
    bounds_.children = 3;
    make(1);
    for (int i = 0; i < 12; ++i) ask(i);
    std::size_t done = 0;
    ASSERT_TRUE(run_until(
        [&] {
        EXPECT_LE(running(), 3U);
        for (; done < outcomes_.size(); ++done) {
            EXPECT_TRUE(outcomes_[done]) << outcomes_[done].error().text;
            (*outcomes_[done]).reset();
        }
        return done == 12;
        },
        40s));
    EXPECT_TRUE(has_ready(1));
    EXPECT_LE(starts().size(), 14U);
}

// Requests without a pool of their own, and those of clients that have one, wait in one line.
TEST_F(Pool, ServesWhoeverHasLeastFirstWhicheverPoolItIsOf) {
    bounds_.children = 2;
    make(0);
    const auto other = make_pool(0);
    ask_for(pool_, "a", 0);
    ask_for(pool_, "a", 1);
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 2; }));
    ask_for(pool_, "a", 2);
    ask_for(pool_, "a", 3);
    EXPECT_FALSE(run_until([&] { return outcomes_.size() > 2; }, 100ms));
    ask_for(other, "b", 4);
    EXPECT_FALSE(run_until([&] { return outcomes_.size() > 2; }, 100ms));
    (*outcomes_[0])->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 3; }));
    EXPECT_EQ(order_.back(), 4);
    (*outcomes_[1])->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 4; }));
    EXPECT_EQ(order_.back(), 2);
    for (const auto& each : outcomes_) (*each)->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 5; }));
}

TEST_F(Pool, SharesTheBoundOfTheLineWithTheOtherPools) {
    bounds_.children = 2;
    bounds_.waiting_requests = 2;
    make(0);
    const auto other = make_pool(0);
    const auto third = make_pool(0);
    ask_for(pool_, "a", 0);
    ask_for(pool_, "a", 1);
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 2; }));
    ask_for(pool_, "a", 2);
    ask_for(other, "a", 3);
    EXPECT_FALSE(run_until([&] { return outcomes_.size() > 2; }, 50ms));
    EXPECT_TRUE(third->current_refusal("a"));
    EXPECT_FALSE(third->current_refusal("b"));
    ask_for(third, "a", 4);
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 3; }));
    EXPECT_EQ(order_.back(), 4);
    EXPECT_EQ(outcomes_.back().error().text, "2 requests wait for a server process already");
    ask_for(third, "b", 5);
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 4; }));
    EXPECT_EQ(order_.back(), 3) << "the newest of the one that has most";
    (*outcomes_[0])->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 5; }));
    EXPECT_EQ(order_.back(), 5);
    (*outcomes_[1])->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 6; }));
    EXPECT_EQ(order_.back(), 2);
}

// The work at an arrival, in the pool and in the lines that it uses.
TEST_F(Pool, TakesNoLongerTheMoreWait) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    bounds_.children = 1;
    bounds_.waiting_requests = 5000;
    make(0);
    const granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first) << first.error().text;
    std::size_t asked = 0;
    int waiting = 0;
    // Runs whatever need not wait.
    const auto finish = [this] {
        do loop_.restart();
        while (loop_.poll() > 0);
    };
    const auto steps_beside = [&](int count) {
        for (; waiting < count; ++waiting) ask_for(pool_, std::to_string(waiting % 7), waiting);
        finish();
        const std::uint64_t before = core::counted_steps;
        ask_for(pool_, "z", waiting++, [&asked] {
            ++asked;
            return true;
        });
        finish();
        return core::counted_steps - before;
    };
    const std::uint64_t few = steps_beside(100);
    EXPECT_GT(few, 0U);
    // The front of the line looks for a place now and then meanwhile.
    EXPECT_LE(steps_beside(3000), 2 * few + 20);
    EXPECT_EQ(asked, 0U) << "it is not its turn";
    EXPECT_TRUE(outcomes_.empty());
    all().close_all("done");
    EXPECT_TRUE(run_until([&] { return outcomes_.size() == static_cast<std::size_t>(waiting); }));
}

TEST_F(Pool, StartsNoneForThoseThatHaveLeft) {
    bounds_.children = 1;
    make(0);
    const granted<std::shared_ptr<child_slot>> first = open();
    ASSERT_TRUE(first) << first.error().text;
    bool is_wanted = true;
    for (int i = 0; i < 3; ++i) ask(i, [&is_wanted] { return is_wanted; });
    EXPECT_FALSE(run_until([&] { return !outcomes_.empty(); }, 100ms));
    is_wanted = false;
    (*first)->close("done");
    ASSERT_TRUE(run_until([&] { return outcomes_.size() == 3; }));
    EXPECT_FALSE(run_until([&] { return starts().size() > 1; }, 500ms));
    EXPECT_FALSE(all().places().has_waiting());
}

}  // namespace
}  // namespace bridge::child
