// What a child says on its stderr.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "bridge/core/async.hpp"
#include "bridge/core/log.hpp"

namespace bridge::child {

/// Logs a child's stderr line by line with the child's name, and keeps its last lines for error messages.
class stderr_log {
public:
    /// `name` and `secrets` must outlive it. `line_bytes`: longer lines are cut.
    stderr_log(const std::string& name, const core::redactor& secrets, std::size_t line_bytes)
        : name_(name), secrets_(secrets), line_bytes_(line_bytes) {}

    void append(std::string_view bytes);

    /// Logs what the child left without a newline.
    void finish();

    /// The last lines, secrets removed, joined by " | "; empty if there were none.
    std::string tail() const;

private:
    void line(std::string_view text);

    const std::string& name_;
    const core::redactor& secrets_;
    std::size_t line_bytes_;
    std::string partial_;
    std::size_t dropped_ = 0;  // bytes of the partial line beyond the bound
    std::deque<std::string> last_;
};

}  // namespace bridge::child
