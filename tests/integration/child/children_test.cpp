// Promise: processes that were started ahead serve whoever comes next, never keep anybody from getting one, and are
// replaced without haste when they fail.
#include <gmock/gmock.h>
#include <signal.h>

#include <boost/asio/steady_timer.hpp>

#include "tests/integration/child/children_fixture.hpp"

namespace bridge::child {
namespace {

using test_support::deadline;
using testing::HasSubstr;

class Children : public ChildrenTest {
protected:
    std::shared_ptr<child_slot> make_slot() { return child_slot::make(loop_.get_executor(), all(), bounds_, words(), {}); }

    granted<std::shared_ptr<link>> open(const std::shared_ptr<child_slot>& slot) { return await(child_slot::open(slot)); }
};

// A reserve with one slot in it.
class one_slot final : public reserve {
public:
    explicit one_slot(std::shared_ptr<child_slot> held) : held_(std::move(held)) {}

    bool can_yield() const override { return held_ != nullptr; }
    void yield() override { std::exchange(held_, nullptr)->close("its place is needed"); }
    void on_child_end() override {}
    void look() override {}
    void on_close() override { held_.reset(); }

private:
    std::shared_ptr<child_slot> held_;
};

TEST_F(Children, HandsOutTheProcessThatWasStartedAhead) {
    all().keep_warm(1);
    ASSERT_TRUE(has_started(1));
    const auto slot = make_slot();
    const granted<std::shared_ptr<link>> opened = open(slot);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pid_of(**opened), starts().front());
    EXPECT_THAT(slot->initialize_result(), HasSubstr("stdio-fixture"));
}

TEST_F(Children, CallsAChildAtOnceThatNeedsNoHandshake) {
    const std::string record = folder_.path("record");
    start_with({"--record", record});
    const auto slot = child_slot::make(loop_.get_executor(), all(), bounds_, no_handshake{}, {});
    const granted<std::shared_ptr<link>> opened = open(slot);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(slot->initialize_result(), "");
    EXPECT_FALSE((*opened)->was_called());
    const std::string called = pid_of(**opened);
    EXPECT_EQ(called, starts().front());
    EXPECT_TRUE((*opened)->was_called());
    EXPECT_TRUE((*opened)->has_answered_calls());
    EXPECT_EQ(test_support::lines_of(record).size(), 1U) << "the call, and no initialize";
}

// Parallel first starts break a cold cache of `npx` (npm/cli#8224).
TEST_F(Children, StartsOneAtATimeUntilTheCommandHasAnswered) {
    bounds_.first_answer_wait = 1h;
    start_with({"--cold-install", folder_.path("")});
    all().keep_warm(2);
    std::vector<std::shared_ptr<child_slot>> slots;
    std::size_t opened = 0;
    for (int i = 0; i < 4; ++i) {
        slots.push_back(make_slot());
        boost::asio::co_spawn(loop_, child_slot::open(slots.back()), [&](const std::exception_ptr&, const granted<std::shared_ptr<link>>& got) {
            EXPECT_TRUE(got) << got.error().text;
            ++opened;
        });
    }
    EXPECT_TRUE(run_until([&] { return opened == slots.size(); }));
    EXPECT_EQ(all().first().state(), first_process_state::proven);
    EXPECT_TRUE(has_started(slots.size() + 2)) << "the warm children come after the first answer, too";
}

TEST_F(Children, HandsTheFirstOneToTheNextIfItsUserLeaves) {
    bounds_.first_answer_wait = 1h;
    all().start_first();
    ASSERT_TRUE(has_started(1));
    const granted<std::shared_ptr<link>> taken = await(all().acquire({}, {}));
    ASSERT_TRUE(taken);
    EXPECT_EQ(all().first().state(), first_process_state::taken);
    const auto slot = make_slot();
    bool is_open = false;
    boost::asio::co_spawn(loop_, child_slot::open(slot),
                          [&](const std::exception_ptr&, const granted<std::shared_ptr<link>>& got) { is_open = got.has_value(); });
    EXPECT_FALSE(run_until([&] { return is_open || all().count() > 1; }, 200ms));
    all().give_back(*taken, "not needed");
    EXPECT_TRUE(run_until([&] { return is_open; }));
    EXPECT_EQ(starts().size(), 1U);
}

TEST_F(Children, RefillsBehindTheOneThatIsTaken) {
    all().keep_warm(2);
    ASSERT_TRUE(has_started(2));
    const auto slot = make_slot();
    ASSERT_TRUE(open(slot));
    ASSERT_TRUE(has_started(3));
    EXPECT_EQ(all().count(), 3U);
    const auto other = make_slot();
    ASSERT_TRUE(open(other));
    EXPECT_TRUE(has_started(4));
}

// A restart is served from the same stock.
TEST_F(Children, RestartsASeatWithOneThatWasStartedAhead) {
    all().keep_warm(1);
    ASSERT_TRUE(has_started(1));
    const auto slot = make_slot();
    const granted<std::shared_ptr<link>> first = open(slot);
    ASSERT_TRUE(first);
    ASSERT_TRUE(has_started(2));
    (*first)->kill();
    ASSERT_TRUE(run_until([&] { return (*first)->current() == link::state::ended; }));
    const granted<std::shared_ptr<link>> second = open(slot);
    ASSERT_TRUE(second) << second.error().text;
    EXPECT_EQ(pid_of(**second), starts().at(1));
}

TEST_F(Children, ReplacesOneThatDiedUnused) {
    all().keep_warm(1);
    ASSERT_TRUE(has_started(1));
    ::kill(std::stoi(starts().front()), SIGKILL);
    ASSERT_TRUE(has_started(2));
    const auto slot = make_slot();
    const granted<std::shared_ptr<link>> opened = open(slot);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pid_of(**opened), starts().at(1));
}

// A start takes a millisecond or more: whoever else the loop serves must not wait for those of a crowd.
TEST_F(Children, StartsOneInEachTurnOfTheLoop) {
    constexpr std::size_t crowd = 20;
    std::vector<std::shared_ptr<child_slot>> slots;
    std::size_t opened = 0;
    for (std::size_t i = 0; i < crowd; ++i) {
        slots.push_back(make_slot());
        boost::asio::co_spawn(loop_, child_slot::open(slots.back()),
                              [&](const std::exception_ptr&, const granted<std::shared_ptr<link>>& got) { opened += got ? 1 : 0; });
    }
    // What comes from the system, as this timer does, is served once in each turn.
    std::size_t most = 0;
    std::size_t before = 0;
    boost::asio::steady_timer served(loop_);
    std::function<void(const boost::system::error_code&)> look = [&](const boost::system::error_code&) {
        most = std::max(most, all().count() - before);
        before = all().count();
        if (before == crowd) return;
        served.expires_after(0s);
        served.async_wait(look);
    };
    look({});
    EXPECT_TRUE(run_until([&] { return opened == crowd; }));
    EXPECT_LE(most, 2U) << "with one that was due when it was looked at";
}

// Counted in handlers that the loop runs: if each start woke all that wait for theirs, they would be tens of thousands.
TEST_F(Children, WakesOnlyTheNextOfThoseThatWaitForATurn) {
    constexpr std::size_t crowd = 200;
    process::command none{.executable = "/no/such/server", .arguments = {}, .environment = {}, .directory = {}, .name = "none"};
    bounds_.short_lives = 100'000;
    children never(loop_.get_executor(), none, bounds_, secrets_, memory_);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < crowd; ++i) {
        boost::asio::co_spawn(loop_, never.acquire({}, {.full = when_full::fail}),
                              [&](const std::exception_ptr&, const granted<std::shared_ptr<link>>& got) { refused += got ? 0 : 1; });
    }
    std::size_t turns = 0;
    const deadline end(20s);
    loop_.restart();
    while (refused < crowd && !end.passed()) turns += loop_.run_one_for(10ms);
    EXPECT_EQ(refused, crowd);
    EXPECT_LT(turns, 10 * crowd);
}

TEST_F(Children, WakesNobodyWhoWaitsForASeatWhenOneMoreComes) {
    constexpr std::size_t crowd = 200;
    start_with({"--silent-on", "initialize"});
    const auto slot = make_slot();
    std::size_t told = 0;
    const auto ask = [&] {
        boost::asio::co_spawn(loop_, child_slot::open(slot), [&](const std::exception_ptr&, const granted<std::shared_ptr<link>>&) { ++told; });
    };
    for (std::size_t i = 0; i < crowd; ++i) ask();
    ASSERT_TRUE(has_started(1));
    loop_.restart();
    loop_.poll();
    ask();
    loop_.restart();
    EXPECT_LT(loop_.poll(), 10U);
    all().close_all("that is enough");
    loop_.restart();
    std::size_t turns = 0;
    const deadline end(10s);
    while (told <= crowd && !end.passed()) turns += loop_.run_one_for(10ms);
    EXPECT_EQ(told, crowd + 1);
    EXPECT_LT(turns, 10 * crowd) << "each is woken once";
}

TEST_F(Children, DoesNotSpinWhenTheyDieAtTheStart) {
    bounds_.restart_delay = 50ms;
    start_with({"--crash-on", "start"});
    all().keep_warm(1);
    EXPECT_FALSE(run_until([&] { return starts().size() > 5; }, 1s));  // then it is a crash loop
    EXPECT_GE(starts().size(), 2U);
}

TEST_F(Children, DoesNotSpinWhenNoneCanBeStarted) {
    process::command none{.executable = "/no/such/server", .arguments = {}, .environment = {}, .directory = {}, .name = "none"};
    children never(loop_.get_executor(), none, bounds_, secrets_, memory_);
    never.keep_warm(1);
    EXPECT_FALSE(run_until([&] { return never.count() > 0; }, 200ms));
    std::size_t turns = 0;
    const deadline end(200ms);
    loop_.restart();
    while (!end.passed()) turns += loop_.run_one_for(10ms);
    EXPECT_LT(turns, 20U);
    never.close_all("the test is over");
    EXPECT_TRUE(run_until([&] { return loop_.stopped(); }));
}

TEST_F(Children, CountsThoseStartedAheadAndGivesThemWhenTheCapIsReached) {
    bounds_.children = 2;
    all().keep_warm(5);
    ASSERT_TRUE(has_started(2));
    EXPECT_EQ(all().count(), 2U);
    const auto first = make_slot();
    const auto second = make_slot();
    ASSERT_TRUE(open(first));
    ASSERT_TRUE(open(second));
    const granted<std::shared_ptr<link>> third = open(make_slot());
    EXPECT_FALSE(third);
    EXPECT_TRUE(third.error().is_at_limit());
    EXPECT_EQ(third.error().text, "all 2 server processes that may run at once are running");
    EXPECT_EQ(starts().size(), 2U);
    // And the next is kept ready as soon as there is room.
    first->close("done");
    EXPECT_TRUE(has_started(3));
    EXPECT_LE(running(), 2U);
}

TEST_F(Children, EndsOneInReserveForWhoeverNeedsItsPlace) {
    bounds_.children = 1;
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    const auto spare = std::make_shared<one_slot>(held);
    all().places().add_reserve(spare);
    const auto slot = make_slot();
    const granted<std::shared_ptr<link>> opened = open(slot);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(pid_of(**opened), starts().at(1));
    EXPECT_EQ(running(), 1U);
}

TEST_F(Children, SaysSoIfTheOneInReserveDoesNotEndInTime) {
    bounds_.children = 1;
    start_with({"--ignore-eof", "--ignore-term"});
    const auto held = make_slot();
    ASSERT_TRUE(open(held));
    bounds_.start_timeout = 100ms;
    const auto spare = std::make_shared<one_slot>(held);
    all().places().add_reserve(spare);
    const granted<std::shared_ptr<link>> opened = open(make_slot());
    EXPECT_FALSE(opened);
    EXPECT_TRUE(opened.error().is_at_limit());
    EXPECT_EQ(opened.error().text, "all 1 server processes that may run at once are running, and none ended within 100 ms");
}

TEST_F(Children, StartsNothingMoreOnceClosed) {
    all().keep_warm(2);
    ASSERT_TRUE(has_started(2));
    all().close_all("the bridge is shutting down");
    EXPECT_TRUE(await(all().wait_all_ended(core::clock::now() + 10s)));
    EXPECT_EQ(running(), 0U);
    EXPECT_TRUE(run_until([&] { return loop_.stopped(); }));
    EXPECT_EQ(starts().size(), 2U);
    const granted<std::shared_ptr<link>> opened = open(make_slot());
    EXPECT_THAT(opened.error().text, HasSubstr("shutting down"));
    EXPECT_FALSE(opened.error().is_at_limit());
}

// A process that nobody has taken is not left waiting for an answer.
TEST_F(Children, RefusesWhatAProcessAsksThatNobodyHasTaken) {
    const std::string record = folder_.path("record");
    start_with({"--record", record, "--ask-when-initialized", "roots/list"});
    const granted<std::shared_ptr<link>> started = all().start({});
    ASSERT_TRUE(started) << started.error().text;
    (*started)->notify_raw(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    ASSERT_TRUE(run_until([&] { return test_support::lines_of(record).size() == 2; }));
    EXPECT_THAT(test_support::lines_of(record).back(), HasSubstr("Method not found"));
}

// Both asked when a start was allowed again after a crash loop, and one of the starts is the trial.
TEST_F(Children, RefusesAsInACrashLoopWhileAnotherStartIsTheTrial) {
    bounds_.short_lives = 1;
    bounds_.crash_cool_down = 50ms;
    all().health().record_failure("it fell over");
    ASSERT_TRUE(all().current_refusal());
    ASSERT_TRUE(run_until([&] { return !all().current_refusal(); }));
    std::vector<granted<std::shared_ptr<link>>> got;
    const auto note = [&got](const std::exception_ptr&, granted<std::shared_ptr<link>> each) { got.push_back(std::move(each)); };
    for (int i = 0; i < 2; ++i) boost::asio::co_spawn(loop_, all().acquire({}, {.full = when_full::fail}), note);
    ASSERT_TRUE(run_until([&] { return got.size() == 2; }));
    EXPECT_TRUE(got[0]) << got[0].error().text;
    EXPECT_FALSE(got[1]);
    EXPECT_THAT(got[1].error().text, HasSubstr("is being tried again"));
    EXPECT_TRUE(got[1].error().is_at_limit());
    EXPECT_GT(got[1].error().retry_after, 0ms);
}

// The last place was given away while this slot waited for its turn.
TEST_F(Children, SaysThatItIsAtItsLimitWhenTheLastPlaceIsGoneByThen) {
    bounds_.children = 1;
    ASSERT_TRUE(all().start({}));
    const granted<std::shared_ptr<link>> second = all().start({});
    EXPECT_FALSE(second);
    EXPECT_TRUE(second.error().is_at_limit());
}

// Dropping it without a word is enough: nothing runs on without an owner.
TEST_F(Children, EndsTheChildOfASeatThatIsLetGoOf) {
    auto slot = make_slot();
    ASSERT_TRUE(open(slot));
    slot.reset();
    EXPECT_TRUE(run_until([&] { return all().count() == 0; }));
}

}  // namespace
}  // namespace bridge::child
