// Promise: other programs of the same user do not read the bridge's memory, and lists of processes show which process is the watchdog.
#include "bridge/platform/this_process.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bridge::platform {
namespace {

bool has_variable(std::string_view wanted) {
    char** each = environment();
    while (*each != nullptr && *each != wanted) ++each;
    return *each != nullptr;
}

TEST(ThisProcess, HasTheVariablesOfTheMoment) {
    EXPECT_FALSE(has_variable("MCP_BRIDGE_TEST_VARIABLE=1"));
    ASSERT_EQ(::setenv("MCP_BRIDGE_TEST_VARIABLE", "1", 1), 0);
    EXPECT_TRUE(has_variable("MCP_BRIDGE_TEST_VARIABLE=1"));
    ::unsetenv("MCP_BRIDGE_TEST_VARIABLE");
    EXPECT_FALSE(has_variable("MCP_BRIDGE_TEST_VARIABLE=1"));
}

TEST(ThisProcess, IsNotReadByOthersOnceItIsHidden) {
    hide_memory();
    EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 0);
    ::prctl(PR_SET_DUMPABLE, 1);
}

TEST(ThisProcess, HasTheBeginningOfALongName) {
    std::array<char, 16> before{};
    ::prctl(PR_GET_NAME, before.data());
    set_name("a-name-of-more-than-fifteen-bytes");
    std::array<char, 16> now{};
    ::prctl(PR_GET_NAME, now.data());
    EXPECT_STREQ(now.data(), "a-name-of-more-");
    set_name(before.data());
}

}  // namespace
}  // namespace bridge::platform
