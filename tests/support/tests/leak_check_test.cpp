#include "tests/support/leak_check.hpp"

#include <fcntl.h>
#include <gtest/gtest-spi.h>
#include <sys/wait.h>

#include "tests/support/deadline.hpp"
#include "tests/support/unique_fd.hpp"

namespace test_support {
namespace {

const testing::TestInfo& this_test() {
    return *testing::UnitTest::GetInstance()->current_test_info();
}

TEST(leak_check, names_the_descriptor_that_was_left_open) {
    leak_check check;
    check.OnTestStart(this_test());
    const unique_fd left(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_NONFATAL_FAILURE(check.OnTestEnd(this_test()), "/dev/null");
}

TEST(leak_check, finds_the_child_that_nobody_reaped) {
    leak_check check;
    check.OnTestStart(this_test());
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t dead{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &dead, WEXITED | WNOWAIT), 0);
    EXPECT_NONFATAL_FAILURE(check.OnTestEnd(this_test()), "unreaped");
}

}  // namespace
}  // namespace test_support
