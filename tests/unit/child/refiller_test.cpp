#include <vector>

#include "bridge/child/refiller.hpp"

#include <gtest/gtest.h>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

// A stock of numbers, to which nothing is added before `next_`.
class Refiller : public testing::Test {
protected:
    Refiller()
        : keeper_(refiller::make(loop_.get_executor(),
                                 {.lacks = [this] { return stock_ < wanted_; }, .add = [this] { add(); }, .next = [this] { return next_; }})) {}
    ~Refiller() override { keeper_->stop(); }

    void add() {
        added_.push_back(core::clock::now());
        ++stock_;
        if (delay_ > 0ms) next_ = core::clock::now() + delay_;
    }

    std::chrono::milliseconds between(std::size_t earlier, std::size_t later) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(added_.at(later) - added_.at(earlier));
    }

    boost::asio::io_context loop_;
    std::size_t wanted_ = 3;
    std::size_t stock_ = 0;
    core::clock::time_point next_{};
    std::chrono::milliseconds delay_{0};
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

TEST_F(Refiller, AddsEachNoSoonerThanIsAllowed) {
    delay_ = 50ms;
    keeper_->check();
    loop_.run();
    ASSERT_EQ(added_.size(), 3U);
    EXPECT_GE(between(0, 1), 50ms);
    EXPECT_GE(between(1, 2), 50ms);
}

TEST_F(Refiller, LooksAgainWhenItIsToldTo) {
    next_ = core::clock::now() + 1h;
    keeper_->check();
    loop_.run_for(20ms);
    EXPECT_EQ(stock_, 0U);
    next_ = {};
    keeper_->check();
    loop_.run();
    EXPECT_EQ(stock_, 3U);
}

TEST_F(Refiller, StopsInTheMiddleOfADelay) {
    next_ = core::clock::now() + 1h;
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
