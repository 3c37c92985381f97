#include "tests/support/proxy_stand_in.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace test_support {
namespace {

// Byte by byte, so that nothing behind the head is taken.
std::string read_head(int fd) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n")) {
        if (::recv(fd, &c, 1, 0) != 1) return "";
        head += c;
    }
    return head;
}

bool pass_on(int source, int target) {
    std::array<char, 16384> piece;
    const auto count = ::recv(source, piece.data(), piece.size(), 0);
    return count > 0 && write_all(target, {piece.data(), static_cast<std::size_t>(count)});
}

// Until one of them closes.
void relay(int one, int other) {
    std::array<pollfd, 2> ends{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    while (::poll(ends.data(), ends.size(), 10'000) > 0) {
        if (ends[0].revents != 0 && !pass_on(one, other)) return;
        if (ends[1].revents != 0 && !pass_on(other, one)) return;
    }
}

}  // namespace

proxy_stand_in::proxy_stand_in(std::uint16_t upstream, std::string authorization) : upstream_(upstream), authorization_(std::move(authorization)) {
    server_.start([this](int fd) { serve(fd); });
}

std::vector<std::string> proxy_stand_in::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void proxy_stand_in::serve(int fd) {
    const auto head = read_head(fd);
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
    }
    if (!authorization_.empty() && head.find("Proxy-Authorization: " + authorization_ + "\r\n") == std::string::npos) {
        write_all(fd, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    const int upstream = connect_loopback(upstream_);
    if (head.starts_with("CONNECT ")) {
        write_all(fd, "HTTP/1.1 200 Connection established\r\n\r\n");
    } else {
        write_all(upstream, head);
    }
    relay(fd, upstream);
    ::close(upstream);
}

}  // namespace test_support
