// Asio is compiled here once (BOOST_ASIO_SEPARATE_COMPILATION), not in every source that uses it.
#include <sys/epoll.h>

#include "bridge/third_party/waits.hpp"

namespace {

int recorded_epoll_wait(int epoll_descriptor, epoll_event* events, int most, int timeout) {
    const int count = ::epoll_wait(epoll_descriptor, events, most, timeout);
    if (bridge::third_party::records_waits) bridge::third_party::last_wait_ended = std::chrono::steady_clock::now();
    return count;
}

}  // namespace

// Asio has no hook there, and nothing else of it has that name.
#define epoll_wait recorded_epoll_wait
#include <boost/asio/impl/src.hpp>
