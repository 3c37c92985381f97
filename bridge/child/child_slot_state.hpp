// The states of a child slot.
#pragma once

#include <array>

#include "bridge/core/guarded_state.hpp"

namespace bridge::child {

/// The states of a `child_slot`:
///
///     empty     no child: none was started yet, or the last attempt to open one failed
///     opening   a child is being started and initialised; further callers of `open` wait for the outcome of that attempt
///     open      the handshake is done. When the child has ended, the next `open` leads back to `opening`
///     asleep    the child was ended because another session needed its place. `open` starts a child again; `ensure` does not, because an owner
///               that only listens does not use the server
///     waking    asleep, and `open` waits for a place. Without a place the slot returns to `asleep`
///     closed    the slot starts no child any more. An attempt that is in progress notices that at its next step, and gives its child back
///
/// Failed attempts and the end of the child do not change the way out of a state: the next use tries again, as the restart policies allow.
enum class child_slot_state { empty, opening, open, asleep, waking, closed };

inline constexpr std::array child_slot_changes = [] {
    using enum child_slot_state;
    using change = core::state_change<child_slot_state>;
    return std::array{
        change{empty, opening}, change{opening, empty},  change{opening, open},  change{open, opening}, change{open, asleep},
        change{asleep, waking}, change{waking, opening}, change{waking, asleep}, change{empty, closed}, change{opening, closed},
        change{open, closed},   change{asleep, closed},  change{waking, closed},
    };
}();

}  // namespace bridge::child
