#include "weather-stdio/server/input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

namespace stdio_server {
namespace {

int duplicate(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) throw boost::system::system_error(errno, boost::system::system_category(), "standard input");
    return copy;
}

}  // namespace

line_input::line_input(bridge::core::executor executor, int fd) : descriptor_(executor, duplicate(fd)) {}

bridge::core::task<bridge::core::result<std::size_t>> line_input::read(bridge::jsonrpc::line_framer& framer) {
    for (;;) {
        auto [waited] = co_await descriptor_.async_wait(descriptor_.wait_read, bridge::core::nothrow);
        if (waited == boost::asio::error::operation_not_supported) {
            // epoll refuses regular files; they are always ready. Let calls that run have their turn between reads.
            co_await boost::asio::post(bridge::core::nothrow);
        } else if (waited) {
            co_return waited;
        }
        const auto room = framer.prepare();
        const auto count = ::read(descriptor_.native_handle(), room.data(), room.size());
        if (count >= 0) {
            framer.commit(static_cast<std::size_t>(count));
            co_return static_cast<std::size_t>(count);
        }
        if (errno != EINTR && errno != EAGAIN) {
            co_return boost::system::error_code(errno, boost::system::system_category());
        }
    }
}

void line_input::cancel() {
    boost::system::error_code ignored;
    descriptor_.cancel(ignored);
}

}  // namespace stdio_server
