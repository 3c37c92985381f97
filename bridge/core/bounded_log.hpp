// Log lines about what a peer can make happen as often as it likes.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace bridge::core {

/// Lets one line into the log in each interval, and counts those between.
class bounded_log {
public:
    /// True if a line may be logged at `now`. Then `text_of_skipped` is to be added to it.
    bool admits(std::chrono::steady_clock::time_point now) {
        if (now < next_) {
            ++skipped_;
            return false;
        }
        next_ = now + interval;
        return true;
    }

    /// How many lines were left out since the last one, as the end of a line; empty for none.
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
