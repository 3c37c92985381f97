// The log of a child's stderr.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "bridge/child/log_throttle.hpp"
#include "bridge/core/log.hpp"

namespace bridge::child {

/// Logs a child's stderr line by line with the child's name, and keeps the last lines for error messages.
class stderr_log {
public:
    /// All arguments must outlive the object. Lines of more than `line_bytes` are cut. `throttle` decides which lines are logged.
    stderr_log(const std::string& name, const core::redactor& secrets, std::size_t line_bytes, log_throttle& throttle)
        : name_(name), secrets_(secrets), line_bytes_(line_bytes), throttle_(throttle) {}

    void append(std::string_view bytes);

    /// Logs the text that the child left without a newline at the end.
    void finish();

    /// The last lines, without secrets, joined by " | "; empty if there are none.
    std::string tail() const;

private:
    // A line as the child wrote it. It is cleaned only when it is shown, because hardly any line of a flood is ever shown.
    struct kept_line {
        std::string text;  // the beginning of the line
        std::size_t size;  // size of the whole line, in bytes
    };

    void end_line();
    std::string shown(const kept_line& line, std::size_t max_bytes) const;

    const std::string& name_;
    const core::redactor& secrets_;
    std::size_t line_bytes_;
    log_throttle& throttle_;
    kept_line partial_{};
    std::deque<kept_line> last_;
};

}  // namespace bridge::child
