// A watch that logs turns of the event loop that delay all other work.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "bridge/core/async.hpp"

namespace bridge::core {

/// The steps that may take longer than a turn of the loop should, because there is no way around them.
enum class long_step : unsigned char { start_process, end_process, start_watchdog, write_log, write_state, return_memory, count_ };

/// The reason for each step, in the order of `long_step`.
inline constexpr std::array<const char*, static_cast<std::size_t>(long_step::count_)> long_step_reasons = {
    "fork copies the page tables of the bridge; a turn starts one process only",
    "the bridge waits until the kernel has removed a killed process",
    "fork, as for a server process; needed only when a watchdog has ended",
    "a slow terminal or disk blocks the write; the bridge never waits for a pipe",
    "what the bridge remembers of its server must be on the disk before it replaces the old file; only when it has changed",
    "malloc_trim scans the heap; it runs every few seconds if there is memory to return",
};

/// The results of the watch. They also count the slow turns that were not logged because there were too many.
struct turn_counts {
    bool is_watched = false;
    std::uint64_t turns = 0;
    std::uint64_t slow = 0;     ///< turns that used too much processor time
    std::uint64_t stalled = 0;  ///< turns that lasted too long without using the processor: a call blocked, or the machine had no processor to give
    std::chrono::nanoseconds longest{0};  ///< most processor time of a turn
};
const turn_counts& watched_turns();

/// Marks a long step while it lives: the time of the step does not count for the turn. Costs one comparison while the loop is not watched.
class long_step_scope {
public:
    explicit long_step_scope(long_step) {
        if (watched_turns().is_watched) begin();
    }
    ~long_step_scope() {
        if (is_open_) end();
    }
    long_step_scope(const long_step_scope&) = delete;
    long_step_scope& operator=(const long_step_scope&) = delete;

private:
    void begin();
    void end();

    std::chrono::nanoseconds processor_{0};
    std::chrono::nanoseconds wall_{0};
    bool is_open_ = false;
};

/// Runs `loop` as its own `run` does, and logs slow turns. A turn is one handler. A turn is slow if it takes over 20 ms of this thread's
/// processor time (100 ms with sanitizers) or over 100 ms in all. The line names the last place that the turn passed (see `pass`). Watching
/// costs two system calls per turn.
void run_watched(boost::asio::io_context& loop);

}  // namespace bridge::core
