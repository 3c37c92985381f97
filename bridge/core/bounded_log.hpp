// A rate limit for log lines about events that a peer can cause as often as it likes.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace bridge::core {

/// Admits one log line in each interval, and counts the lines that it skips.
class bounded_log {
public:
    /// Returns true if the caller may log a line at `now`. The caller then appends `text_of_skipped` to that line.
    bool admits(std::chrono::steady_clock::time_point now) {
        if (now < next_) {
            ++skipped_;
            return false;
        }
        next_ = now + interval;
        return true;
    }

    /// Returns a note for the end of a line: the number of lines skipped since the last one. Returns an empty text if there are none.
    std::string text_of_skipped() {
        const std::size_t count = std::exchange(skipped_, 0);
        return count == 0 ? std::string() : " (and " + std::to_string(count) + " more like this before)";
    }

private:
    static constexpr std::chrono::seconds interval{1};

    std::chrono::steady_clock::time_point next_{};
    std::size_t skipped_ = 0;
};

}  // namespace bridge::core
