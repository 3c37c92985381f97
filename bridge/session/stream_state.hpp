// The states of a stream and of its reader.
#pragma once

#include <array>

#include "bridge/core/guarded_state.hpp"

namespace bridge::session {

/// The states of a `stream`:
///
///     open    messages and answers may arrive
///     ended   every owed answer has arrived, or was forgone, or the stream was ended; nothing more arrives
enum class stream_state { open, ended };

inline constexpr std::array stream_changes = {core::state_change<stream_state>{stream_state::open, stream_state::ended}};

/// The states of the reader of a `stream`:
///
///     none      no reader has attached yet
///     attached  a reader sends what arrives
///     leaving   the client has closed its side: it may still receive an answer, but no messages
///     gone      the last reader has detached; another one may attach
///
/// A new reader replaces an attached one, so `attached` follows each of the other states.
enum class reader_state { none, attached, leaving, gone };

inline constexpr std::array reader_changes = [] {
    using enum reader_state;
    using change = core::state_change<reader_state>;
    return std::array{
        change{none, attached}, change{attached, leaving}, change{attached, gone},
        change{leaving, gone},  change{leaving, attached}, change{gone, attached},
    };
}();

}  // namespace bridge::session
