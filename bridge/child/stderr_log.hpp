// What a child says on its stderr.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "bridge/child/log_throttle.hpp"
#include "bridge/core/log.hpp"

namespace bridge::child {

/// Logs a child's stderr line by line with the child's name, and keeps its last lines for error messages.
class stderr_log {
public:
    /// All must outlive it. `line_bytes`: longer lines are cut. `throttle` says which lines are logged.
    stderr_log(const std::string& name, const core::redactor& secrets, std::size_t line_bytes, log_throttle& throttle)
        : name_(name), secrets_(secrets), line_bytes_(line_bytes), throttle_(throttle) {}

    void append(std::string_view bytes);

    /// Logs what the child left without a newline.
    void finish();

    /// The last lines, secrets removed, joined by " | "; empty if there were none.
    std::string tail() const;

private:
    // A line as it came: of a flood hardly any is ever shown.
    struct kept_line {
        std::string text;  // its beginning
        std::size_t size;  // of the whole line, in bytes
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
