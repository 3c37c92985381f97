#include "bridge/platform/port_holder.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bridge::platform {
namespace {

using testing::HasSubstr;

TEST(PortHolder, IsTheProcessThatListens) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::uint16_t port = ntohs(address.sin_port);
    EXPECT_EQ(port_holder(port), "") << "nobody listens yet";
    ASSERT_EQ(::listen(fd, 1), 0);
    EXPECT_THAT(port_holder(port), HasSubstr("(process " + std::to_string(::getpid()) + ')'));
    ::close(fd);
    EXPECT_EQ(port_holder(port), "");
}

}  // namespace
}  // namespace bridge::platform
