#include "weather-stdio/server/input.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>

namespace stdio_server {
namespace {

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

int make_epoll() {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) throw boost::system::system_error(last_error(), "epoll");
    return epoll;
}

}  // namespace

line_input::line_input(const bridge::core::executor& executor, int fd) : fd_(fd), readiness_(executor, make_epoll()) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    if (::epoll_ctl(readiness_.native_handle(), EPOLL_CTL_ADD, fd_, &wanted) == 0) return;
    // epoll refuses regular files, which are always ready.
    if (errno != EPERM) throw boost::system::system_error(last_error(), "input");
    always_ready_ = true;
}

bridge::core::task<bridge::core::result<std::size_t>> line_input::read(bridge::jsonrpc::line_framer& framer) {
    for (;;) {
        if (always_ready_) {
            // Lets running calls work between two reads.
            co_await boost::asio::post(bridge::core::nothrow);
        } else {
            auto [error] = co_await readiness_.async_wait(readiness_.wait_read, bridge::core::nothrow);
            if (error) co_return error;
        }
        const auto room = framer.prepare();
        const auto count = ::read(fd_, room.data(), room.size());
        if (count >= 0) {
            framer.commit(static_cast<std::size_t>(count));
            co_return static_cast<std::size_t>(count);
        }
        if (errno != EINTR && errno != EAGAIN) co_return last_error();
    }
}

void line_input::cancel() {
    boost::system::error_code ignored;
    readiness_.cancel(ignored);
}

}  // namespace stdio_server
