// Writes lines to the client.
#pragma once

#include <string_view>

namespace stdio_server {

/// Writes to a descriptor that others gave us, blocking. It may be shared with our parent, so it is never
/// made non-blocking. While a client does not read its answers, there is no reason to read more of its
/// requests: blocking is the back-pressure.
class line_output {
public:
    /// `fd` stays the caller's.
    explicit line_output(int fd) noexcept : fd_(fd) {}

    /// Writes `line` and a line break. After the first failure, usually a reader that has gone, does nothing.
    void write(std::string_view line);

    /// True once a write has failed.
    bool closed() const noexcept { return closed_; }

private:
    int fd_;
    bool closed_ = false;
};

}  // namespace stdio_server
