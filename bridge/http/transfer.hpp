// The progress of a transfer on a connection, and its deadline.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

#include "bridge/core/event.hpp"

namespace bridge::http {

/// The deadline of a request body that is received, or of a reply that is sent. It limits the time without progress: each byte renews it. A
/// lowest rate limits the whole transfer too, so that no client holds a connection with a byte now and then. The rate is not enforced
/// during the first `patience`.
class transfer {
public:
    /// Bytes per second. GPRS, the slowest network still in use, is faster. At this rate a body of 80 MiB takes six hours, but it costs its
    /// sender as much as the bridge, which holds the received bytes.
    static constexpr std::size_t lowest_rate = 4 * 1024;

    /// Begins a transfer of `total` bytes; 0 if the length is unknown.
    void begin(std::size_t total, std::chrono::milliseconds patience, core::clock::time_point now) {
        total_ = total;
        done_ = 0;
        patience_ = patience;
        began_ = progress_ = now;
    }

    /// Records that `done` bytes have been transferred.
    void advance_to(std::size_t done, core::clock::time_point now) {
        if (done <= done_) return;
        done_ = done;
        progress_ = now;
    }

    /// Excludes a pause that the bridge itself caused.
    void excuse(core::clock::duration pause) { began_ += pause, progress_ += pause; }

    core::clock::time_point deadline() const {
        const std::chrono::milliseconds earned(done_ * 1000 / lowest_rate);
        return std::min(progress_ + patience_, began_ + patience_ + earned);
    }

    /// The time of the last progress.
    core::clock::time_point last_progress() const { return progress_; }
    std::size_t done() const { return done_; }

    /// Returns the progress and the reason for the end at `now`, as the end of a sentence.
    std::string describe_end(core::clock::time_point now) const;

private:
    std::size_t total_ = 0;
    std::size_t done_ = 0;
    std::chrono::milliseconds patience_{0};
    core::clock::time_point began_{};
    core::clock::time_point progress_{};
};

}  // namespace bridge::http
