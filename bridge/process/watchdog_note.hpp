// The messages from the bridge to its watchdog.
#pragma once

#include <cstdint>

namespace bridge::process {

enum class note_kind : std::uint32_t {
    announced,     ///< a child is about to be started
    started,       ///< the child runs; `leader` is its process id
    ended,         ///< the child has ended and was reaped, or could not be started
    all_reported,  ///< all living children were reported; for a watchdog that replaced a dead one
};

/// One message. Each goes through a pipe in one write: a write of so few bytes is never split (POSIX, PIPE_BUF). The pipe holds thousands
/// of them, so the bridge never waits for its watchdog.
struct watchdog_note {
    note_kind kind;
    std::int32_t leader;  ///< process id, process group and session of the child; 0 if there is none yet
    std::uint64_t child;  ///< number of the child, never reused
};
static_assert(sizeof(watchdog_note) == 16);

}  // namespace bridge::process
