// The reader of the client's bytes.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "bridge/jsonrpc/line_framer.hpp"

namespace stdio_server {

/// Fills a framer from an inherited descriptor: a pipe, a socket, a terminal or a file.
///
/// The descriptor is never made non-blocking, because that would also affect the processes that share it. Asio makes every descriptor that
/// it waits for non-blocking, so it waits for a private epoll descriptor that watches this one. One read after readiness does not block as
/// long as no other process reads this input. No thread is needed.
class line_input {
public:
    /// The caller keeps `fd`, which must stay open. Throws `boost::system::system_error` if it is no open descriptor.
    line_input(const bridge::core::executor& executor, int fd);

    /// Waits for input and reads it. Returns the number of bytes; 0 at the end of input.
    bridge::core::task<bridge::core::result<std::size_t>> read(bridge::jsonrpc::line_framer& framer);

    /// Makes a waiting `read` fail.
    void cancel();

private:
    int fd_;
    bool always_ready_ = false;  // true for a regular file
    boost::asio::posix::basic_stream_descriptor<bridge::core::executor> readiness_;
};

}  // namespace stdio_server
