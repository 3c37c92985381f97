// The pauses before a subscription that a child has ended is opened again.
#pragma once

#include <chrono>
#include <optional>

#include "bridge/core/event.hpp"

namespace bridge::era {

/// Decides how soon the bridge subscribes again when the child ends its subscription, and which ends the users of the child are told of. Each pause
/// is twice as long as the one before, up to a minute, until a subscription has lasted for a minute. Users that are told read all lists again, so
/// they are told of the first end in a row only, and of the others once a subscription has lasted. It does no I/O.
class listen_pace {
public:
    using time_point = core::clock::time_point;

    static constexpr std::chrono::milliseconds first_pause{250};
    static constexpr std::chrono::milliseconds longest_pause{60'000};
    /// A subscription that has lasted for so long begins a new row.
    static constexpr std::chrono::milliseconds calm{60'000};

    /// All that is wanted is subscribed to.
    void on_open(time_point now) {
        if (!open_since_) open_since_ = now;
    }
    /// The child has ended a subscription, or an attempt to get it back.
    void on_end(time_point now);

    /// The time until the next attempt.
    std::chrono::milliseconds pause() const;
    /// True if the users of the child should be told that they may have missed changes, once the subscription is open again.
    bool is_worth_telling(time_point now) const;
    /// True once in a row, when it is clear that the ends have no other reason than the child's way.
    bool is_worth_logging() const { return ends_ == ends_to_log; }

private:
    static constexpr int ends_to_log = 4;

    std::optional<time_point> open_since_;
    int ends_ = 0;  // in a row
};

}  // namespace bridge::era
