#include "bridge/child/refiller.hpp"

#include <gtest/gtest.h>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

// A stock of numbers; `fails` says what becomes of what is added.
class Refiller : public testing::Test {
protected:
    Refiller() {
        bounds_.refill_delay = 20ms;
        bounds_.refill_delay_most = 80ms;
        keeper_ = refiller::make(
            loop_.get_executor(), name_, bounds_, [this] { return stock_ < wanted_; },
            [this] {
                added_.push_back(core::clock::now());
                if (fails_) return keeper_->note_failure();
                ++stock_;
            });
    }
    ~Refiller() override { keeper_->stop(); }

    std::chrono::milliseconds between(std::size_t earlier, std::size_t later) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(added_.at(later) - added_.at(earlier));
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    const std::string name_ = "server";
    std::size_t wanted_ = 3;
    std::size_t stock_ = 0;
    bool fails_ = false;
    std::vector<core::clock::time_point> added_;
    std::shared_ptr<refiller> keeper_;
};

TEST_F(Refiller, FillsAtOnceAndThenRests) {
    keeper_->check();
    EXPECT_EQ(stock_, 0U) << "in a turn of its own";
    loop_.run();
    EXPECT_EQ(stock_, 3U);
    keeper_->check();
    loop_.restart();
    loop_.run();
    EXPECT_EQ(added_.size(), 3U);
}

TEST_F(Refiller, DoublesTheDelayUpToItsBound) {
    fails_ = true;
    keeper_->check();
    loop_.run_for(320ms);  // 0, 20, 60, 140, 220, 300
    ASSERT_GE(added_.size(), 4U);
    EXPECT_LE(added_.size(), 6U);
    EXPECT_GE(between(0, 1), 20ms);
    EXPECT_GE(between(1, 2), 40ms);
    EXPECT_GE(between(2, 3), 80ms);
    keeper_->stop();
    loop_.run();
}

TEST_F(Refiller, CountsThoseThatFailTogetherOnce) {
    bounds_.refill_delay = 100ms;
    bounds_.refill_delay_most = 10s;
    keeper_->check();
    loop_.run();
    stock_ = 0;
    for (int i = 0; i < 3; ++i) keeper_->note_failure();
    const auto failed = core::clock::now();
    keeper_->check();
    loop_.restart();
    while (added_.size() < 5) loop_.run_one();
    EXPECT_GE(added_[3] - failed, 90ms);
    EXPECT_LT(added_[3] - failed, 390ms) << "the delay was doubled for each";
    EXPECT_GE(between(3, 4), 100ms) << "one at a time while there is a delay";
    keeper_->stop();
    loop_.run();
}

TEST_F(Refiller, ForgetsTheDelayOnceAGoodOneIsHandedOut) {
    bounds_.refill_delay = bounds_.refill_delay_most = 1h;
    keeper_->note_failure();
    keeper_->check();
    loop_.run_for(20ms);
    EXPECT_EQ(stock_, 0U);
    keeper_->note_success();
    loop_.run();
    EXPECT_EQ(stock_, 3U);
}

TEST_F(Refiller, StopsInTheMiddleOfADelay) {
    bounds_.refill_delay = bounds_.refill_delay_most = 1h;
    keeper_->note_failure();
    keeper_->check();
    loop_.run_for(20ms);
    keeper_->stop();
    loop_.run();
    keeper_->check();
    EXPECT_EQ(loop_.poll(), 0U);
    EXPECT_EQ(stock_, 0U);
}

}  // namespace
}  // namespace bridge::child
