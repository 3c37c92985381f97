// Whether a child that runs still works.
#pragma once

#include <chrono>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Judges from its times of output and of input whether a child works. The class does no I/O: callers pass the time, and `judge` returns what to do.
class liveness {
public:
    enum class verdict {
        fine,
        ask,    ///< requests are in flight, and the child was silent for `limits::ping_after`: ping it
        mute,   ///< the child was pinged, and stayed silent for `limits::ping_timeout`
        stuck,  ///< for `limits::input_timeout` the child read nothing of its waiting input
    };

    /// `bounds` must outlive it.
    liveness(const core::limits& bounds, core::clock::time_point now) : bounds_(bounds), heard_at_(now), read_at_(now) {}

    /// Records that the child wrote something.
    void record_heard(core::clock::time_point now) {
        heard_at_ = now;
        is_asked_ = false;
    }

    /// Records whether input waits to be written to the child.
    void record_writing(bool is_writing, core::clock::time_point now) {
        is_writing_ = is_writing;
        read_at_ = now;
    }

    /// Records that the child has read some of the waiting input.
    void record_read(core::clock::time_point now) { read_at_ = now; }

    /// `owes`: requests are in flight on the child. `judge` returns `ask` once for each silence.
    verdict judge(core::clock::time_point now, bool owes) {
        if (is_writing_ && now - read_at_ >= bounds_.input_timeout) return verdict::stuck;
        if (is_asked_) return now - asked_ >= bounds_.ping_timeout ? verdict::mute : verdict::fine;
        if (!owes || bounds_.ping_after.count() == 0 || now - heard_at_ < bounds_.ping_after) return verdict::fine;
        is_asked_ = true;
        asked_ = now;
        return verdict::ask;
    }

private:
    const core::limits& bounds_;
    core::clock::time_point heard_at_;
    core::clock::time_point read_at_;
    core::clock::time_point asked_{};
    bool is_writing_ = false;
    bool is_asked_ = false;
};

}  // namespace bridge::child
