// Whether a child that runs still works.
#pragma once

#include <chrono>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Judges a child by when it was last heard and when it last took input. No I/O: it is told the time, and `judge` says what to do.
class liveness {
public:
    enum class verdict {
        fine,
        ask,    ///< it was silent for `limits::ping_after` although requests are in flight: ping it
        mute,   ///< it was asked, and silent for another `limits::ping_timeout`
        stuck,  ///< for `limits::input_timeout` it took nothing of what is written to it
    };

    /// `bounds` must outlive it.
    liveness(const core::limits& bounds, core::clock::time_point now) : bounds_(bounds), heard_(now), taken_(now) {}

    /// It wrote something.
    void note_heard(core::clock::time_point now) {
        heard_ = now;
        is_asked_ = false;
    }

    /// Something is there to be written to it; or nothing is any more.
    void note_writing(bool is_writing, core::clock::time_point now) {
        is_writing_ = is_writing;
        taken_ = now;
    }

    /// It took some of it.
    void note_taken(core::clock::time_point now) { taken_ = now; }

    /// `owes`: requests are in flight on it. `ask` is said once for each silence.
    verdict judge(core::clock::time_point now, bool owes) {
        if (is_writing_ && now - taken_ >= bounds_.input_timeout) return verdict::stuck;
        if (is_asked_) return now - asked_ >= bounds_.ping_timeout ? verdict::mute : verdict::fine;
        if (!owes || bounds_.ping_after.count() == 0 || now - heard_ < bounds_.ping_after) return verdict::fine;
        is_asked_ = true;
        asked_ = now;
        return verdict::ask;
    }

private:
    const core::limits& bounds_;
    core::clock::time_point heard_;
    core::clock::time_point taken_;
    core::clock::time_point asked_{};
    bool is_writing_ = false;
    bool is_asked_ = false;
};

}  // namespace bridge::child
