#include "bridge/http/failed_keys.hpp"

#include <gtest/gtest.h>

#include "bridge/core/log.hpp"

namespace bridge::http {
namespace {

using namespace std::chrono_literals;

class FailedKeys : public testing::Test {
protected:
    static void SetUpTestSuite() { core::set_up_log({.level = "off"}); }

    std::chrono::milliseconds record(const std::string& address) {
        return keys_.record(boost::asio::ip::make_address(address), "Authorization", now_);
    }

    failed_keys keys_;
    core::clock::time_point now_{1h};
};

TEST_F(FailedKeys, AreAnsweredLaterEachTimeUpToABound) {
    EXPECT_EQ(record("192.0.2.1"), 25ms);
    EXPECT_EQ(record("192.0.2.1"), 50ms);
    for (int i = 0; i < 100; ++i) record("192.0.2.1");
    EXPECT_EQ(record("192.0.2.1"), 1000ms);
    EXPECT_EQ(record("192.0.2.2"), 25ms) << "another address";
    now_ += 6min;
    EXPECT_EQ(record("192.0.2.1"), 25ms) << "forgotten";
}

TEST_F(FailedKeys, OfOneNetworkCountTogether) {
    EXPECT_EQ(record("2001:db8:0:1::1"), 25ms);
    EXPECT_EQ(record("2001:db8:0:1:ffff::2"), 50ms);
    EXPECT_EQ(record("2001:db8:0:2::1"), 25ms);
    EXPECT_EQ(record("::ffff:192.0.2.1"), 25ms);
    EXPECT_EQ(record("192.0.2.1"), 50ms) << "the same client";
}

TEST_F(FailedKeys, AreRememberedOfABoundedNumberOfClients) {
    record("198.51.100.1");
    for (int i = 0; i < 1023; ++i) record("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
    EXPECT_EQ(record("198.51.100.1"), 50ms) << "still known";
    record("10.1.0.0");
    EXPECT_EQ(record("198.51.100.1"), 75ms) << "the one that failed longest ago was forgotten";
    EXPECT_EQ(record("10.0.0.0"), 25ms);
}

TEST_F(FailedKeys, HoldBackABoundedNumberOfAnswers) {
    {
        const failed_keys::delay first(keys_, 2);
        const failed_keys::delay second(keys_, 2);
        const failed_keys::delay third(keys_, 2);
        EXPECT_TRUE(first.is_granted());
        EXPECT_TRUE(second.is_granted());
        EXPECT_FALSE(third.is_granted());
    }
    EXPECT_TRUE(failed_keys::delay(keys_, 1).is_granted());
}

}  // namespace
}  // namespace bridge::http
