#include "bridge/platform/peer.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bridge::platform {
namespace {

// The departures that one system call returns.
constexpr std::size_t most_events = 64;

}  // namespace

bool has_peer_closed(int socket) {
    pollfd asked{.fd = socket, .events = POLLRDHUP, .revents = 0};
    return poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::optional<std::size_t> unacknowledged_bytes(int socket) {
    int queued = 0;
    if (ioctl(socket, SIOCOUTQ, &queued) != 0) return std::nullopt;
    return static_cast<std::size_t>(queued);
}

int open_peer_watch() {
    return epoll_create1(EPOLL_CLOEXEC);
}

// The events are edges: the kernel reports each end of input once. A registration that is repeated after that end reports it again.
bool watch_peer(int watch, int socket, std::uint64_t number) {
    epoll_event wanted{};
    wanted.events = EPOLLRDHUP | EPOLLET;
    wanted.data.u64 = number;
    return epoll_ctl(watch, EPOLL_CTL_ADD, socket, &wanted) == 0 || (errno == EEXIST && epoll_ctl(watch, EPOLL_CTL_MOD, socket, &wanted) == 0);
}

std::size_t take_departures(int watch, std::span<std::uint64_t> room) {
    std::array<epoll_event, most_events> events{};
    const int count = epoll_wait(watch, events.data(), static_cast<int>(std::min(room.size(), events.size())), 0);
    for (int i = 0; i < count; ++i) room[static_cast<std::size_t>(i)] = events[static_cast<std::size_t>(i)].data.u64;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace bridge::platform
