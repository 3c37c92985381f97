// Bytes under way on a connection, and how long that may take.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

#include "bridge/core/event.hpp"

namespace bridge::http {

/// The deadline of a request's body that comes in, or of a reply that goes out. It is for progress: each byte renews it. So that nobody holds a
/// connection with a byte now and then, there is a lowest rate for the whole transfer as well, after a first `patience` in which none is asked for.
class transfer {
public:
    /// Bytes a second. GPRS, the slowest network that anybody still uses, has more; a body of 80 MiB may take six hours at it, but costs its sender as
    /// much as it costs the bridge, which holds the bytes that came.
    static constexpr std::size_t lowest_rate = 4 * 1024;

    /// `total` bytes are to be moved; 0 if nobody knows how many.
    void begin(std::size_t total, std::chrono::milliseconds patience, core::clock::time_point now) {
        total_ = total;
        done_ = 0;
        patience_ = patience;
        began_ = progress_ = now;
    }

    /// So many of them are moved by now.
    void advance_to(std::size_t done, core::clock::time_point now) {
        if (done <= done_) return;
        done_ = done;
        progress_ = now;
    }

    /// The bridge itself has held it up for so long.
    void excuse(core::clock::duration pause) { began_ += pause, progress_ += pause; }

    core::clock::time_point deadline() const {
        const std::chrono::milliseconds earned(done_ * 1000 / lowest_rate);
        return std::min(progress_ + patience_, began_ + patience_ + earned);
    }

    /// When the last bytes were moved.
    core::clock::time_point last_progress() const { return progress_; }
    std::size_t done() const { return done_; }

    /// How far it has come and why it ends at `now`, as the end of a sentence.
    std::string describe_end(core::clock::time_point now) const;

private:
    std::size_t total_ = 0;
    std::size_t done_ = 0;
    std::chrono::milliseconds patience_{0};
    core::clock::time_point began_{};
    core::clock::time_point progress_{};
};

}  // namespace bridge::http
