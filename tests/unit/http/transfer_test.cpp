#include "bridge/http/transfer.hpp"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

using namespace std::chrono_literals;

constexpr core::clock::time_point begin{1h};

TEST(Transfer, EndsWhenNothingComes) {
    transfer body;
    body.begin(100'000, 10s, begin);
    EXPECT_EQ(body.deadline(), begin + 10s);
}

TEST(Transfer, GoesOnAsLongAsItMakesProgress) {
    transfer body;
    body.begin(30'000'000, 3s, begin);
    // 1 MB a second takes ten times as long as a pause may.
    for (int second = 1; second <= 30; ++second) {
        const auto now = begin + std::chrono::seconds(second);
        ASSERT_GT(body.deadline(), now) << second;
        body.advance_to(static_cast<std::size_t>(second) * 1'000'000, now);
    }
    EXPECT_EQ(body.deadline(), begin + 33s);
}

TEST(Transfer, EndsAtTheLowestRateHoweverOftenSomethingComes) {
    transfer body;
    body.begin(100'000, 10s, begin);
    int second = 0;
    while (body.deadline() > begin + std::chrono::seconds(second)) {
        ++second;
        body.advance_to(static_cast<std::size_t>(second), begin + std::chrono::seconds(second));
        ASSERT_LT(second, 20);
    }
    EXPECT_EQ(second, 11) << "a byte a second earns next to nothing";
}

TEST(Transfer, ADoublingOfTheLowestRateIsEnough) {
    transfer body;
    body.begin(0, 5s, begin);
    for (int second = 1; second <= 600; ++second) {
        const auto now = begin + std::chrono::seconds(second);
        ASSERT_GT(body.deadline(), now);
        body.advance_to(static_cast<std::size_t>(second) * 2 * transfer::lowest_rate, now);
    }
}

TEST(Transfer, IsNotBlamedForAPauseOfTheBridge) {
    transfer body;
    body.begin(100'000, 10s, begin);
    body.advance_to(10, begin + 1s);
    body.excuse(60s);
    EXPECT_GT(body.deadline(), begin + 69s);
}

TEST(Transfer, SaysHowFarItCame) {
    transfer reply;
    reply.begin(30'000'000, 3s, begin);
    reply.advance_to(11'000'000, begin + 8s);
    EXPECT_EQ(reply.describe_end(begin + 11s), "11000000 of 30000000 bytes in 11 s, the last of them 3 s ago");
    transfer body;
    body.begin(0, 10s, begin);
    body.advance_to(10, begin + 10s);
    EXPECT_EQ(body.describe_end(begin + 10s), "10 bytes in 10 s, which is less than 4096 bytes a second");
}

}  // namespace
}  // namespace bridge::http
