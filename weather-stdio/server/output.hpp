// The writer of lines to the client.
#pragma once

#include <string_view>

namespace stdio_server {

/// Writes to an inherited descriptor, and blocks. The parent process may share the descriptor, so it is never made non-blocking. While a
/// client does not read its answers, the server has no reason to read more of its requests, so blocking is the back-pressure.
class line_output {
public:
    /// The caller keeps `fd`.
    explicit line_output(int fd) noexcept : fd_(fd) {}

    /// Writes `line` and a line break. Does nothing after the first failure, which usually means that the reader has gone.
    void write(std::string_view line);

    /// True once a write has failed.
    bool closed() const noexcept { return closed_; }

private:
    int fd_;
    bool closed_ = false;
};

}  // namespace stdio_server
