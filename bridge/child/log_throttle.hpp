// How much one child may write into the log.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/core/event.hpp"

namespace bridge::child {

/// Lets so many lines about one child into the log each second. The rest is counted, and reported in one line once the second
/// is over. What a child writes is read at full speed all the same.
class log_throttle {
public:
    /// `name`: the child's in the log; it must outlive the throttle. `most`: lines in a second.
    log_throttle(const std::string& name, std::size_t most) : name_(name), most_(most) {}

    /// True if one more line may be logged at `now`.
    bool admits(core::clock::time_point now);

    /// Reports what was held back in a second that is over. To be called every second or so.
    void report(core::clock::time_point now);

    /// Reports what was held back: no more comes.
    void finish();

private:
    const std::string& name_;
    std::size_t most_;
    core::clock::time_point begin_{};  // of the second that runs
    std::size_t logged_ = 0;
    std::size_t held_back_ = 0;
};

}  // namespace bridge::child
