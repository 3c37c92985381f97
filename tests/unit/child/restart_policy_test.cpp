#include <algorithm>

#include "bridge/child/restart_policy.hpp"

#include <gmock/gmock.h>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Nothing here waits: a second is said, not spent.
class RestartPolicy : public testing::Test {
protected:
    RestartPolicy() {
        bounds_.restart_delay = 100ms;
        bounds_.restart_delay_most = 300ms;
        bounds_.short_lives = 5;
        bounds_.short_life_window = 60s;
        bounds_.stable_after = 10s;
        bounds_.crash_cool_down = 30s;
        bounds_.start_timeout = 20s;
    }

    core::clock::duration wait() const { return policy_.next_start(now_) - now_; }

    void start_and_fail(const std::string& reason = "it died") {
        ASSERT_FALSE(policy_.refusal_at(now_));
        policy_.record_start(now_);
        policy_.record_failure(now_, reason);
    }

    // As fast as it is allowed.
    void fail(int times) {
        for (int i = 0; i < times; ++i) {
            now_ = policy_.next_start(now_);
            start_and_fail();
        }
    }

    core::limits bounds_;
    restart_policy policy_{bounds_};
    core::clock::time_point now_{1h};
};

TEST_F(RestartPolicy, AllowsTheFirstRestartAtOnceAndDelaysFurtherOnes) {
    EXPECT_EQ(wait(), 0ms);
    start_and_fail();
    EXPECT_EQ(wait(), 0ms);
    start_and_fail();
    EXPECT_EQ(wait(), 100ms);
    now_ += 100ms;
    start_and_fail();
    EXPECT_EQ(wait(), 200ms);
    now_ += 200ms;
    start_and_fail();
    EXPECT_EQ(wait(), 300ms) << "the bound, not 400 ms";
}

TEST_F(RestartPolicy, RefusesInACrashLoopAndSaysWhyAndForHowLong) {
    fail(4);
    EXPECT_FALSE(policy_.refusal_at(now_));
    now_ = policy_.next_start(now_);
    start_and_fail("exit status 7");
    const auto refused = policy_.refusal_at(now_ + 1s);
    ASSERT_TRUE(refused);
    EXPECT_THAT(refused->text, HasSubstr("not started again for 29 s"));
    EXPECT_THAT(refused->text, HasSubstr("exit status 7"));
    EXPECT_EQ(refused->retry_after, 29s);
    EXPECT_EQ(wait(), 30s);
    EXPECT_FALSE(policy_.refusal_at(now_ + 30s));
}

using step = restart_policy::step;

TEST_F(RestartPolicy, DoesNotCountOpeningsThatMayHaveFailedOfAClientsWords) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::nothing);
    EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::try_own);
    EXPECT_FALSE(policy_.refusal_at(now_));
    EXPECT_EQ(wait(), 0ms);
    EXPECT_EQ(policy_.unresolved_failure(), "");
    policy_.record_opened(now_);
    EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::nothing) << "from the beginning";
}

TEST_F(RestartPolicy, CountsThemOnceTheBridgesOwnWordsHaveFailed) {
    for (int i = 0; i < 5; ++i) policy_.record_doubtful_opening(now_, "died");
    start_and_fail("exit status 7");
    const auto refused = policy_.refusal_at(now_);
    ASSERT_TRUE(refused);
    EXPECT_THAT(refused->text, HasSubstr("exit status 7"));
}

TEST_F(RestartPolicy, CountsThemWhileSomethingIsWrongAnyway) {
    start_and_fail();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::nothing);
    EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::log_loop);
}

TEST_F(RestartPolicy, ForgetsThemBehindTheWindow) {
    for (int i = 0; i < 4; ++i) policy_.record_doubtful_opening(now_, "died");
    now_ += 61s;
    EXPECT_EQ(policy_.record_doubtful_opening(now_, "died"), step::nothing);
    start_and_fail();
    EXPECT_EQ(wait(), 100ms) << "two count";
}

TEST_F(RestartPolicy, ForgetsFailuresThatLieBehindTheWindow) {
    for (int i = 0; i < 20; ++i) {
        start_and_fail();
        EXPECT_FALSE(policy_.refusal_at(now_));
        now_ += 16s;  // four in a minute
    }
    now_ += 61s;
    policy_.record_start(now_);
    policy_.record_failure(now_, "it died");
    EXPECT_EQ(wait(), 0ms) << "the first again";
}

TEST_F(RestartPolicy, LetsOneTryAfterTheCoolDown) {
    fail(5);
    now_ += 30s;
    EXPECT_EQ(wait(), 0ms);
    policy_.record_start(now_);
    const auto refused = policy_.refusal_at(now_);
    ASSERT_TRUE(refused);
    EXPECT_GT(refused->retry_after, 0ms);
    EXPECT_LE(refused->retry_after, 2s);
    policy_.record_failure(now_ + 1s, "still dead");
    const auto again = policy_.refusal_at(now_ + 1s);
    ASSERT_TRUE(again) << "one failure is enough";
    EXPECT_EQ(again->retry_after, 30s);
    EXPECT_THAT(again->text, HasSubstr("still dead"));
}

TEST_F(RestartPolicy, TrustsATrialOnlyAfterTheStablePeriod) {
    fail(5);
    now_ += 30s;
    policy_.record_start(now_);
    policy_.record_opened(now_);
    EXPECT_FALSE(policy_.refusal_at(now_)) << "others may be served by it";
    EXPECT_TRUE(policy_.is_on_probation());
    EXPECT_NE(policy_.unresolved_failure(), "");
    policy_.record_failure(now_ + 9s, "it answered and died");
    EXPECT_TRUE(policy_.refusal_at(now_ + 9s));
}

TEST_F(RestartPolicy, IsAsNewOnceOneHasLivedForTheStablePeriod) {
    fail(5);
    now_ += 30s;
    policy_.record_start(now_);
    policy_.record_opened(now_);
    policy_.record_stable(now_ + 10s);
    now_ += 11s;
    EXPECT_FALSE(policy_.is_on_probation());
    EXPECT_EQ(policy_.unresolved_failure(), "");
    start_and_fail();
    EXPECT_EQ(wait(), 0ms);
    fail(3);
    EXPECT_FALSE(policy_.refusal_at(now_));
}

// A process that has run for hours says nothing about the program that was deployed since.
TEST_F(RestartPolicy, IsNotCalmedByWhatWasStableBeforeTheFailures) {
    const auto long_ago = now_ - 10min;
    for (int i = 0; i < 5; ++i) {
        policy_.record_stable(long_ago);
        start_and_fail();
        now_ = std::max(now_ + 1ms, policy_.next_start(now_));
    }
    policy_.record_stable(long_ago);
    EXPECT_FALSE(policy_.refusal_at(now_)) << "the cool-down is over";
    policy_.record_start(now_);
    EXPECT_TRUE(policy_.refusal_at(now_));
}

TEST_F(RestartPolicy, ForgetsATrialOfWhichNobodyTellsTheOutcome) {
    fail(5);
    now_ += 30s;
    policy_.record_start(now_);
    EXPECT_TRUE(policy_.refusal_at(now_ + 19s));
    EXPECT_FALSE(policy_.refusal_at(now_ + 20s));
}

TEST_F(RestartPolicy, TakesNoNoticeInALoopOfThoseStartedBefore) {
    fail(5);
    policy_.record_failure(now_ + 20s, "late");
    EXPECT_EQ(policy_.refusal_at(now_ + 20s)->retry_after, 10s);
}

// Sixty starts that come together are no faster than six.
TEST_F(RestartPolicy, KeepsStartsApartWhileItIsNotKnownWhatBecomesOfThem) {
    fail(3);
    now_ = policy_.next_start(now_);
    policy_.record_start(now_);
    EXPECT_EQ(wait(), 200ms);
    policy_.record_opened(now_);
    EXPECT_EQ(wait(), 0ms);
}

TEST_F(RestartPolicy, ForgivesASingleFailureWithTheNextThatOpens) {
    start_and_fail("exit status 1");
    EXPECT_EQ(policy_.unresolved_failure(), "exit status 1");
    policy_.record_start(now_);
    policy_.record_opened(now_);
    EXPECT_EQ(policy_.unresolved_failure(), "");
}

TEST_F(RestartPolicy, CountsADoubtfulFailureThatAloneIsNoTrouble) {
    for (int i = 0; i < 4; ++i) {
        EXPECT_FALSE(policy_.record_failure(now_, "on its first call", false));
        EXPECT_EQ(policy_.unresolved_failure(), "");
    }
    EXPECT_TRUE(policy_.record_failure(now_, "on its first call", false));
    EXPECT_EQ(policy_.unresolved_failure(), "on its first call");
}

TEST_F(RestartPolicy, EndsProbationWithTheWindow) {
    fail(5);
    now_ += 30s;
    policy_.record_start(now_);
    policy_.record_opened(now_);
    now_ += 61s;
    policy_.record_failure(now_, "it died");
    EXPECT_FALSE(policy_.refusal_at(now_));
}

}  // namespace
}  // namespace bridge::child
