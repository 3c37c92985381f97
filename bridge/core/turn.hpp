// Lets the loop do its other work while something takes long.
#pragma once

#include <cstddef>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"

namespace bridge::core {

/// The time that one coroutine may take before the others get theirs. Work whose length a peer chooses is done in small
/// pieces, and after each piece: `if (turn.is_over()) co_await turn.next();`. What the work uses must stay, and may have
/// changed, when it goes on.
class turn {
public:
    explicit turn(executor where) : where_(where) {}

    /// Something else was waited for, so a new turn begins; `now` if the caller has just looked at the clock.
    void begin(clock::time_point now = clock::now()) { began_ = now, unmeasured_ = 0; }

    bool is_over() const { return clock::now() - began_ >= longest; }

    /// The same after a piece of work on `bytes` bytes. Looks at the clock only once enough work has been done since it last did: for the
    /// one small message that a read usually brings, the look would cost more than it tells.
    bool is_over_after(std::size_t bytes) {
        constexpr std::size_t cost_of_a_message = 512;
        constexpr std::size_t looked_at_after = 16 * 1024;
        unmeasured_ += bytes + cost_of_a_message;
        if (unmeasured_ < looked_at_after) return false;
        unmeasured_ = 0;
        return is_over();
    }

    /// Goes on when the loop has done what else there is to do.
    task<void> next();

private:
    // Short beside what a client notices, long beside what a turn of the loop costs.
    static constexpr std::chrono::milliseconds longest{1};

    executor where_;
    clock::time_point began_ = clock::now();
    std::size_t unmeasured_ = 0;  // bytes of work since the last look at the clock
};

}  // namespace bridge::core
