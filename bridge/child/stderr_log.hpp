// The log of a child's stderr.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/log_throttle.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/log.hpp"

namespace bridge::child {

/// Logs a child's stderr line by line with the child's name, and keeps some lines for error messages: the last ones, and the first ones of the last
/// outburst. An outburst is a run of lines without a pause between them, such as a crash report: its first lines say what happened, before the stack
/// trace.
class stderr_log {
public:
    /// All arguments must outlive the object. Lines of more than `line_bytes` are cut. `throttle` decides which lines are logged.
    stderr_log(const std::string& name, const core::redactor& secrets, std::size_t line_bytes, log_throttle& throttle)
        : name_(name), secrets_(secrets), line_bytes_(line_bytes), throttle_(throttle) {}

    /// Adds `bytes`, which were read at `now`.
    void append(std::string_view bytes, core::clock::time_point now);

    /// Logs the text that the child left without a newline at the end.
    void finish();

    /// The kept lines and the unfinished one, without secrets, joined by " | "; empty if there are none. A note says how many lines of the outburst
    /// were left out.
    std::string last_words() const;

private:
    // A line as the child wrote it. It is cleaned only when it is shown, because hardly any line of a flood is ever shown.
    struct kept_line {
        std::string text;  // the beginning of the line
        std::size_t size;  // size of the whole line, in bytes
        bool is_latest;    // the line belongs to the latest outburst
    };

    void end_line(core::clock::time_point now);
    void begin_outburst();
    void drop_oldest();
    std::string shown(const kept_line& line, std::size_t max_bytes, bool is_unfinished = false) const;

    const std::string& name_;
    const core::redactor& secrets_;
    std::size_t line_bytes_;
    log_throttle& throttle_;
    kept_line partial_{};
    core::clock::time_point read_at_{};
    std::vector<kept_line> first_;  // of the latest outburst, without those in last_
    std::size_t left_out_ = 0;      // lines of the latest outburst between first_ and last_
    std::deque<kept_line> last_;
};

}  // namespace bridge::child
