#include "bridge/app/nearest_name.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bridge::app {
namespace {

const std::vector<std::string> candidates = {"max-batch", "max-tasks", "session-idle"};

TEST(nearest_name, is_the_one_that_was_mistyped) {
    EXPECT_EQ(nearest_name("max-bach", candidates), "max-batch");
    EXPECT_EQ(nearest_name("sesion-idle", candidates), "session-idle");
    EXPECT_EQ(nearest_name("max-taskss", candidates), "max-tasks");
}

TEST(nearest_name, is_none_if_nothing_is_like_it) {
    EXPECT_EQ(nearest_name("port", candidates), "");
    EXPECT_EQ(nearest_name("", candidates), "");
    EXPECT_EQ(nearest_name(std::string(100'000, 'x'), candidates), "");
}

TEST(nearest_name, is_suggested_or_else_the_list) {
    EXPECT_EQ(unknown_name("a limit", "max-bach", candidates, "--help-limits"), "\"max-bach\" is not a limit; did you mean \"max-batch\"?");
    EXPECT_EQ(unknown_name("a limit", "port", candidates, "--help-limits"), "\"port\" is not a limit; --help-limits lists all of them");
}

}  // namespace
}  // namespace bridge::app
