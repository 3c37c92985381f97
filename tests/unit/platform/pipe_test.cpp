// Promise: pipes do not leak into other programs, and a log that is written to a pipe does not make its other writers lose lines.
#include "bridge/platform/pipe.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

using test_support::unique_fd;

struct open_pipe {
    explicit open_pipe(waiting calls) {
        std::array<int, 2> ends{-1, -1};
        EXPECT_TRUE(make_pipe(ends, calls));
        read = unique_fd(ends[0]);
        write = unique_fd(ends[1]);
    }

    unique_fd read;
    unique_fd write;
};

bool is_waiting(const unique_fd& end) {
    return (::fcntl(end.get(), F_GETFL) & O_NONBLOCK) == 0;
}

TEST(Pipe, IsForNoOtherProgram) {
    const open_pipe made(waiting::yes);
    EXPECT_EQ(::fcntl(made.read.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::fcntl(made.write.get(), F_GETFD), FD_CLOEXEC);
}

TEST(Pipe, WaitsOrDoesNot) {
    const open_pipe patient(waiting::yes);
    EXPECT_TRUE(is_waiting(patient.read) && is_waiting(patient.write));
    const open_pipe hasty(waiting::no);
    EXPECT_TRUE(!is_waiting(hasty.read) && !is_waiting(hasty.write));
    char byte = 0;
    EXPECT_EQ(::read(hasty.read.get(), &byte, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST(Pipe, TakesMoreOnceItIsWider) {
    const open_pipe made(waiting::no);
    const int before = ::fcntl(made.write.get(), F_GETPIPE_SZ);
    widen_pipe(made.write.get(), 4 * before);
    const int after = ::fcntl(made.read.get(), F_GETPIPE_SZ);
    EXPECT_TRUE(after == 4 * before || (::geteuid() != 0 && after == before)) << after;
}

TEST(Pipe, KnowsHowMuchNobodyHasRead) {
    open_pipe made(waiting::no);
    EXPECT_EQ(unread_bytes(made.write.get()), 0U);
    EXPECT_EQ(::write(made.write.get(), "line", 4), 4);
    EXPECT_EQ(unread_bytes(made.write.get()), 4U);
    char byte = 0;
    EXPECT_EQ(::read(made.read.get(), &byte, 1), 1);
    EXPECT_EQ(unread_bytes(made.read.get()), 3U);
    made.read = unique_fd();
    EXPECT_EQ(unread_bytes(made.write.get()), 3U) << "the reader has ended";
    EXPECT_EQ(unread_bytes(-1), std::nullopt);
}

// The flags belong to an open file, which all who inherited it share.
TEST(Pipe, LeavesItsOtherHoldersWaiting) {
    const open_pipe made(waiting::yes);
    const unique_fd own(reopen_pipe(made.write.get()));
    ASSERT_GE(own.get(), 0);
    EXPECT_FALSE(is_waiting(own));
    EXPECT_TRUE(is_waiting(made.write));
    EXPECT_EQ(::fcntl(own.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::write(own.get(), "line", 4), 4);
    std::array<char, 10> room{};
    EXPECT_EQ(::read(made.read.get(), room.data(), room.size()), 4);
}

TEST(Pipe, CannotBeReopenedOnceItIsClosed) {
    EXPECT_EQ(reopen_pipe(-1), -1);
    EXPECT_NE(errno, 0);
}

}  // namespace
}  // namespace bridge::platform
