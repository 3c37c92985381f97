// Promise: the bridge sees the end of each process that it started, and ends no other one that has got its number.
#include "bridge/platform/process_handle.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>

#include "tests/integration/platform/waiting_process.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

using test_support::unique_fd;

bool is_over(const unique_fd& handle, int milliseconds) {
    pollfd asked{.fd = handle.get(), .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, milliseconds) > 0;
}

TEST(ProcessHandle, IsReadableOnceTheProcessHasEnded) {
    waiting_process process;
    const unique_fd handle(open_process(process.pid()));
    ASSERT_GE(handle.get(), 0);
    EXPECT_EQ(::fcntl(handle.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_FALSE(is_over(handle, 0));
    kill_process(handle.get());
    EXPECT_TRUE(is_over(handle, test_support::deadline(test_support::patience).left_ms()));
    const unique_fd another(open_process(process.pid()));
    EXPECT_TRUE(is_over(another, 0)) << "it was not reaped yet";
    EXPECT_EQ(process.end(), SIGKILL);
    EXPECT_TRUE(is_over(handle, 0));
    kill_process(handle.get());
}

TEST(ProcessHandle, IsNotThereForAProcessThatIsGone) {
    waiting_process process;
    const pid_t pid = process.pid();
    ::kill(pid, SIGKILL);
    process.end();
    EXPECT_EQ(open_process(pid), -1);
    EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace bridge::platform
