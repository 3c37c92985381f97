#include "bridge/child/liveness.hpp"

#include <gtest/gtest.h>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;
using verdict = liveness::verdict;

constexpr bool owes = true;

class Liveness : public testing::Test {
protected:
    Liveness() {
        bounds_.ping_after = 10s;
        bounds_.ping_timeout = 3s;
        bounds_.input_timeout = 20s;
    }

    core::limits bounds_;
    core::clock::time_point start_{};
    liveness judge_{bounds_, start_};
};

TEST_F(Liveness, AsksOnceInASilenceWhileSomethingIsOwed) {
    EXPECT_EQ(judge_.judge(start_ + 9s, owes), verdict::fine);
    EXPECT_EQ(judge_.judge(start_ + 100s, !owes), verdict::fine) << "one that has nothing to say may be silent";
    EXPECT_EQ(judge_.judge(start_ + 100s, owes), verdict::ask);
    EXPECT_EQ(judge_.judge(start_ + 101s, owes), verdict::fine);
}

TEST_F(Liveness, GivesUpOneThatStaysSilent) {
    ASSERT_EQ(judge_.judge(start_ + 10s, owes), verdict::ask);
    EXPECT_EQ(judge_.judge(start_ + 12999ms, owes), verdict::fine);
    EXPECT_EQ(judge_.judge(start_ + 13s, owes), verdict::mute);
}

TEST_F(Liveness, TakesWhateverIsHeardForAnAnswer) {
    ASSERT_EQ(judge_.judge(start_ + 10s, owes), verdict::ask);
    judge_.record_heard(start_ + 12s);
    EXPECT_EQ(judge_.judge(start_ + 21s, owes), verdict::fine);
    EXPECT_EQ(judge_.judge(start_ + 22s, owes), verdict::ask) << "the next silence begins there";
}

TEST_F(Liveness, NeverAsksUnlessThatIsWanted) {
    bounds_.ping_after = 0s;
    EXPECT_EQ(judge_.judge(start_ + 24h, owes), verdict::fine);
}

TEST_F(Liveness, GivesUpOneThatTakesNoInput) {
    judge_.record_writing(true, start_ + 1s);
    judge_.record_heard(start_ + 15s);
    EXPECT_EQ(judge_.judge(start_ + 20s, owes), verdict::fine);
    EXPECT_EQ(judge_.judge(start_ + 21s, owes), verdict::stuck) << "however much it says";
}

TEST_F(Liveness, IsPatientWithOneThatTakesInputSlowly) {
    judge_.record_writing(true, start_);
    for (int i = 1; i <= 10; ++i) {
        judge_.record_read(start_ + i * 19s);
        judge_.record_heard(start_ + i * 19s);
        EXPECT_NE(judge_.judge(start_ + i * 19s + 19s - 1ms, owes), verdict::stuck);
    }
    judge_.record_writing(false, start_ + 200s);
    EXPECT_NE(judge_.judge(start_ + 900s, owes), verdict::stuck) << "nothing waits";
}

}  // namespace
}  // namespace bridge::child
