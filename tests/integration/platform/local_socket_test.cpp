// Promise: the bridge knows which user asks for its sockets, and the descriptors that it gets reach no server.
#include "bridge/platform/local_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

using test_support::unique_fd;

class LocalSocket : public testing::Test {
protected:
    LocalSocket() {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        here_ = unique_fd(ends[0]);
        there_ = unique_fd(ends[1]);
    }

    unique_fd here_;
    unique_fd there_;
};

TEST_F(LocalSocket, IsForNoOtherProgram) {
    const unique_fd made(open_local_socket(SOCK_DGRAM));
    EXPECT_EQ(::fcntl(made.get(), F_GETFD), FD_CLOEXEC);
    int type = 0;
    socklen_t size = sizeof type;
    EXPECT_EQ(::getsockopt(made.get(), SOL_SOCKET, SO_TYPE, &type, &size), 0);
    EXPECT_EQ(type, SOCK_DGRAM);
}

TEST_F(LocalSocket, CannotBeOfAnUnknownType) {
    EXPECT_EQ(open_local_socket(77), -1);
    EXPECT_NE(errno, 0);
}

TEST_F(LocalSocket, KnowsItsPeer) {
    const auto other = peer_of(here_.get());
    ASSERT_TRUE(other);
    EXPECT_EQ(other->process, ::getpid());
    EXPECT_EQ(other->user, ::geteuid());
}

TEST_F(LocalSocket, HasNoPeerIfItIsNone) {
    const unique_fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(peer_of(file.get()));
    EXPECT_FALSE(peer_of(-1));
}

TEST_F(LocalSocket, ReceivesDescriptorsForNoOtherProgram) {
    const unique_fd passed(::open("/dev/null", O_RDONLY));
    ASSERT_EQ(::fcntl(passed.get(), F_GETFD), 0);
    char byte = 'x';
    iovec part{.iov_base = &byte, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> extra{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = extra.data();
    message.msg_controllen = extra.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = passed.get();
    std::memcpy(CMSG_DATA(head), &number, sizeof number);
    ASSERT_EQ(::sendmsg(there_.get(), &message, 0), 1);

    message.msg_controllen = extra.size();
    ASSERT_EQ(receive_message(here_.get(), message), 1);
    const cmsghdr* const got = CMSG_FIRSTHDR(&message);
    ASSERT_NE(got, nullptr);
    int received = -1;
    std::memcpy(&received, CMSG_DATA(got), sizeof received);
    const unique_fd owned(received);
    EXPECT_NE(received, number);
    EXPECT_EQ(::fcntl(owned.get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(LocalSocket, SaysThatNothingCameIfThePeerHasLeft) {
    there_.reset();
    char byte = 0;
    iovec part{.iov_base = &byte, .iov_len = 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    EXPECT_EQ(receive_message(here_.get(), message), 0);
}

}  // namespace
}  // namespace bridge::platform
