#include "bridge/child/echo_filter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge::child {
namespace {

TEST(EchoFilter, RemovesEachLineOnceThatWasWritten) {
    echo_filter filter;
    filter.record("one");
    filter.record("two");
    EXPECT_FALSE(filter.removes("three"));
    EXPECT_FALSE(filter.removes("owt"));
    EXPECT_FALSE(filter.has_echoed());
    EXPECT_TRUE(filter.removes("one"));
    EXPECT_TRUE(filter.has_echoed());
    EXPECT_FALSE(filter.removes("one"));
    EXPECT_TRUE(filter.removes("two"));
}

TEST(EchoFilter, IsOffOnceACallWasAnsweredWithoutAnEcho) {
    echo_filter filter;
    filter.record("one");
    EXPECT_TRUE(filter.is_on());
    filter.record_answer();
    EXPECT_FALSE(filter.is_on());
}

TEST(EchoFilter, StaysOnOnceALineHasComeBack) {
    echo_filter filter;
    filter.record("one");
    EXPECT_TRUE(filter.removes("one"));
    filter.record_answer();
    EXPECT_TRUE(filter.is_on());
    filter.record("two");
    EXPECT_TRUE(filter.removes("two"));
}

TEST(EchoFilter, ForgetsTheOldestOfTooManyLines) {
    echo_filter filter;
    for (int i = 0; i < 1000; ++i) filter.record(std::to_string(i));
    EXPECT_FALSE(filter.removes("0"));
    EXPECT_TRUE(filter.removes("990"));
    EXPECT_FALSE(filter.removes("980")) << "it came before one that has come back";
    EXPECT_TRUE(filter.removes("999"));
}

}  // namespace
}  // namespace bridge::child
