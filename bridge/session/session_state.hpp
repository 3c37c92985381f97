// The states of a session.
#pragma once

#include <array>

#include "bridge/core/guarded_state.hpp"

namespace bridge::session {

/// The states of a `session`:
///
///     opening   client and server have not agreed on a revision: the child's answer to `initialize` is missing, or, with HTTP+SSE, the client has
///               only opened its stream
///     open      they have agreed. The session's child can end, or fall asleep, without a change of this state
///     ending    the bridge shuts down: the general stream ends with the last answer that is missing on it
///     closed    calls, streams and the session's own child are ended. Objects that still refer to the session find it empty
enum class session_state { opening, open, ending, closed };

inline constexpr std::array session_changes = [] {
    using enum session_state;
    using change = core::state_change<session_state>;
    return std::array{
        change{opening, open}, change{opening, ending}, change{open, ending}, change{opening, closed}, change{open, closed}, change{ending, closed},
    };
}();

}  // namespace bridge::session
