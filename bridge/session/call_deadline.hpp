// The time at which a call times out.
#pragma once

#include <algorithm>
#include <chrono>

#include "bridge/core/event.hpp"

namespace bridge::session {

/// A deadline that progress moves (specification, Lifecycle, Timeouts).
class call_deadline {
public:
    explicit call_deadline(core::clock::time_point deadline) : deadline_(deadline) {}

    core::clock::time_point deadline() const { return deadline_; }

    /// Moves the deadline to `patience` after each progress notification from now on, but not beyond `latest`.
    void renew_on_progress(std::chrono::milliseconds patience, core::clock::time_point latest) { patience_ = patience, latest_ = latest; }

    /// Moves the deadline so, because of progress at `now`.
    void renew(core::clock::time_point now) { deadline_ = std::max(deadline_, std::min(now + patience_, latest_)); }

    /// Begins again with another deadline.
    void restart(core::clock::time_point deadline) { deadline_ = deadline; }

    /// True if no progress can move the deadline any more.
    bool is_latest() const { return latest_ != core::clock::time_point{} && deadline_ >= latest_; }

private:
    core::clock::time_point deadline_;
    std::chrono::milliseconds patience_{0};
    core::clock::time_point latest_{};  // zero if `renew_on_progress` was not called
};

}  // namespace bridge::session
