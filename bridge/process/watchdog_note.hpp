// What the bridge tells its watchdog.
#pragma once

#include <cstdint>

namespace bridge::process {

enum class note_kind : std::uint32_t {
    announced,  ///< a child is about to be started
    started,    ///< it runs; `leader` is its process id
    ended,      ///< it has ended and was reaped, or could not be started
    all_told,   ///< these were all that live; for a watchdog that took over from one that died
};

/// One note. They go through a pipe one by one: a write of so few bytes is never torn (POSIX, PIPE_BUF), and the pipe
/// holds thousands of them, so the bridge never waits for its watchdog.
struct watchdog_note {
    note_kind kind;
    std::int32_t leader;  ///< process id, process group and session of the child; 0 if there is none yet
    std::uint64_t child;  ///< its number, never used again
};
static_assert(sizeof(watchdog_note) == 16);

}  // namespace bridge::process
