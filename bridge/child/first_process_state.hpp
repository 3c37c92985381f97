// The states of the first process.
#pragma once

#include <array>

#include "bridge/core/guarded_state.hpp"

namespace bridge::child {

/// The states of a `first_process`:
///
///     none     the command has answered nothing yet, and no process is under way that could. The next start makes the first process
///     silent   the process runs and has received no message. The next client takes it
///     taken    a user has the process, or is about to start it, and initialises it. Other starts wait for its answer
///     tried    the same in a trial: nobody uses the process after its answer. Other starts wait for its answer and its end
///     ending   the process of a trial has answered. Other starts wait for its end
///     proven   a process has answered `initialize`. Starts do not wait for each other
///
/// A process that ends without an answer leads back to `none`, so that the next start is the first one. After `proven` only a later trial
/// leads to another state.
enum class first_process_state { none, silent, taken, tried, ending, proven };

inline constexpr std::array first_process_changes = [] {
    using enum first_process_state;
    using change = core::state_change<first_process_state>;
    return std::array{
        change{none, silent}, change{none, taken},    change{none, tried},   change{none, proven},   change{silent, taken}, change{silent, tried},
        change{silent, none}, change{silent, proven}, change{taken, silent}, change{taken, none},    change{taken, proven}, change{tried, silent},
        change{tried, none},  change{tried, ending},  change{tried, proven}, change{ending, proven}, change{proven, tried},
    };
}();

}  // namespace bridge::child
