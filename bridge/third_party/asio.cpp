// Asio is compiled here once (BOOST_ASIO_SEPARATE_COMPILATION), not in every source that uses it.
#include <sys/epoll.h>

#include "bridge/third_party/waits.hpp"

namespace {

int noted_epoll_wait(int where, epoll_event* events, int most, int timeout) {
    const int count = ::epoll_wait(where, events, most, timeout);
    if (bridge::third_party::notes_waits) bridge::third_party::last_wait_ended = std::chrono::steady_clock::now();
    return count;
}

}  // namespace

// Asio has no hook there, and nothing else of it has that name.
#define epoll_wait noted_epoll_wait
#include <boost/asio/impl/src.hpp>
