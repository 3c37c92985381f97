#include "bridge/era/listen_pace.hpp"

#include <gtest/gtest.h>

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

class ListenPace : public testing::Test {
protected:
    /// The subscription is opened, lasts for `life`, and ends.
    void last(std::chrono::milliseconds life) {
        pace_.on_open(now_);
        now_ += life;
        pace_.on_end(now_);
    }

    listen_pace pace_;
    listen_pace::time_point now_{};
};

TEST_F(ListenPace, GrowsUpToAMinuteAlthoughTheChildAcknowledges) {
    last(1ms);
    EXPECT_EQ(pace_.pause(), 250ms);
    last(1ms);
    EXPECT_EQ(pace_.pause(), 500ms);
    pace_.on_end(now_);
    EXPECT_EQ(pace_.pause(), 1s) << "an attempt without an acknowledgement counts too";
    for (int i = 0; i < 100; ++i) last(59s);
    EXPECT_EQ(pace_.pause(), 60s);
    last(60s);
    EXPECT_EQ(pace_.pause(), 250ms);
}

TEST_F(ListenPace, TellsOfTheFirstEndInARowAndOfWhatLasts) {
    pace_.on_open(now_);
    EXPECT_TRUE(pace_.is_worth_telling(now_));
    last(1ms);
    pace_.on_open(now_);
    EXPECT_TRUE(pace_.is_worth_telling(now_));
    last(1ms);
    EXPECT_FALSE(pace_.is_worth_telling(now_));
    pace_.on_open(now_);
    EXPECT_FALSE(pace_.is_worth_telling(now_ + 59s));
    EXPECT_TRUE(pace_.is_worth_telling(now_ + 60s)) << "nothing else would tell of the pause before";
}

TEST_F(ListenPace, IsLoggedOnceInARow) {
    int logged = 0;
    for (int i = 0; i < 100; ++i) {
        last(1ms);
        logged += pace_.is_worth_logging() ? 1 : 0;
    }
    EXPECT_EQ(logged, 1);
}

}  // namespace
}  // namespace bridge::era
