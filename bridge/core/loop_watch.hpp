// Tells of turns of the loop that keep everybody else waiting.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "bridge/core/async.hpp"

namespace bridge::core {

/// What may take longer than a turn of the loop should, because there is no way around it.
enum class long_step : unsigned char { start_process, end_process, start_watchdog, write_log, return_memory, count_ };

/// The reason for each, in the order of `long_step`.
inline constexpr std::array<const char*, static_cast<std::size_t>(long_step::count_)> long_step_reasons = {
    "fork copies the tables of the bridge's memory; one process is started in a turn",
    "a process that was killed is waited for until the kernel has taken it down",
    "fork, as above; it happens when a watchdog has ended",
    "a terminal or a disk that is slow blocks the write; pipes are never waited for",
    "malloc_trim walks through the heap; it is done every few seconds if there is something to return",
};

/// What the watch has seen. Turns over a limit count even if they are too many to be logged.
struct turn_counts {
    bool is_watched = false;
    std::uint64_t turns = 0;
    std::uint64_t slow = 0;     ///< of too much processor time
    std::uint64_t stalled = 0;  ///< in which time passed that nobody spent: a call blocked, or the machine had no processor to give
    std::chrono::nanoseconds longest{0};  ///< of processor time
};
const turn_counts& watched_turns();

/// Marks a long step as long as it lives: its time does not count for the turn. Costs a comparison while nothing is watched.
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

/// Runs `loop` as its own `run` does, and logs each turn of it, which is one handler, that takes over 20 ms of this thread's
/// processor time (100 ms with sanitizers) or over 100 ms in all, with the last place that it passed (see `pass`). A turn
/// costs two system calls more than without.
void run_watched(boost::asio::io_context& loop);

}  // namespace bridge::core
