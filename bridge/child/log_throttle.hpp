// A limit on the log lines about one child.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/core/event.hpp"

namespace bridge::child {

/// Admits a limited number of log lines about one child per second. It counts the other lines, and reports their number in one line after that
/// second. The bridge reads the child's output at full speed all the same.
class log_throttle {
public:
    /// `name` is the child's name in the log; it must outlive the throttle. `most` is the number of lines per second.
    log_throttle(const std::string& name, std::size_t most) : name_(name), most_(most) {}

    /// True if one more line may be logged at `now`.
    bool admits(core::clock::time_point now);

    /// Reports the lines that were held back in the second before. To be called about once a second.
    void report(core::clock::time_point now);

    /// Reports the lines that were held back, at the end of the child's output.
    void finish();

private:
    const std::string& name_;
    std::size_t most_;
    core::clock::time_point begin_{};  // of the current second
    std::size_t logged_ = 0;
    std::size_t held_back_ = 0;
};

}  // namespace bridge::child
