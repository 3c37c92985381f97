// Lets the loop do its other work while something takes long.
#pragma once

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"

namespace bridge::core {

/// The time that one coroutine may take before the others get theirs. Work whose length a peer chooses is done in small
/// pieces, and after each piece: `if (turn.is_over()) co_await turn.next();`. What the work uses must stay, and may have
/// changed, when it goes on.
class turn {
public:
    explicit turn(executor where) : where_(where) {}

    /// Something else was waited for, so a new turn begins.
    void begin() { began_ = clock::now(); }

    bool is_over() const { return clock::now() - began_ >= longest; }

    /// Goes on when the loop has done what else there is to do.
    task<void> next();

private:
    // Short beside what a client notices, long beside what a turn of the loop costs.
    static constexpr std::chrono::milliseconds longest{1};

    executor where_;
    clock::time_point began_ = clock::now();
};

}  // namespace bridge::core
