// Reads lines from the client.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "bridge/jsonrpc/line_framer.hpp"

namespace stdio_server {

/// Fills a framer from a descriptor that others gave us: a pipe, a socket, a terminal or a file.
///
/// The descriptor is never made non-blocking, because that would also hit the processes that share it; Asio
/// does just that to every descriptor that it waits for, so it waits for a private epoll descriptor that
/// watches ours. Reading once after readiness does not block as long as nobody else reads the same input. No
/// thread is needed.
class line_input {
public:
    /// `fd` stays the caller's and must stay open. Throws `boost::system::system_error` if it is no open
    /// descriptor.
    line_input(const bridge::core::executor& executor, int fd);

    /// Reads what is there, waiting for it if need be. The number of bytes; 0 at the end of input.
    bridge::core::task<bridge::core::result<std::size_t>> read(bridge::jsonrpc::line_framer& framer);

    /// Makes a waiting `read` fail.
    void cancel();

private:
    int fd_;
    bool always_ready_ = false;  // a regular file
    boost::asio::posix::basic_stream_descriptor<bridge::core::executor> readiness_;
};

}  // namespace stdio_server
