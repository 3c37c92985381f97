// A time slice that lets the event loop do its other work while one coroutine works for long.
#pragma once

#include <cstddef>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"

namespace bridge::core {

/// The time that one coroutine may use before the others get theirs. Do work whose length a peer chooses in small pieces, and after each
/// piece: `if (turn.is_over()) co_await turn.next();`. The objects that the work uses must live on during this wait, and may have changed
/// after it.
class turn {
public:
    explicit turn(executor loop_executor) : executor_(loop_executor) {}

    /// Begins a new turn after the caller has waited for something else. Pass `now` if the caller has just read the clock.
    void begin(clock::time_point now = clock::now()) { began_ = now, unmeasured_ = 0; }

    bool is_over() const { return clock::now() - began_ >= longest; }

    /// As `is_over`, after a piece of work on `bytes` bytes. Reads the clock only when enough work was done since it last did. For the one
    /// small message that a read usually brings, reading the clock would not be worth its cost.
    bool is_over_after(std::size_t bytes) {
        constexpr std::size_t cost_of_a_message = 512;
        constexpr std::size_t looked_at_after = 16 * 1024;
        unmeasured_ += bytes + cost_of_a_message;
        if (unmeasured_ < looked_at_after) return false;
        unmeasured_ = 0;
        return is_over();
    }

    /// Resumes the caller after the loop has done its other pending work.
    task<void> next();

private:
    // Short compared to what a client notices, long compared to the cost of a turn of the loop.
    static constexpr std::chrono::milliseconds longest{1};

    executor executor_;
    clock::time_point began_ = clock::now();
    std::size_t unmeasured_ = 0;  // bytes of work since the clock was last read
};

}  // namespace bridge::core
