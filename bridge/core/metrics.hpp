// The counters of the program, for /metrics and for people who search for the cause of a failure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bridge::core {

/// The bounds that can be reached. Users know each bound by its name in --help-limits, which `name_of` returns.
// clang-format off
enum class bound : unsigned char {
    header_size, body_size, line_size, json_depth, batch, connections, connection_age, sessions, principal_sessions, children,
    session_requests, child_requests, server_requests, waiting_requests, child_backlog, stream_size, held_size, replay_size,
    stderr_line, log_rate, header_timeout, body_timeout, idle_timeout, write_timeout, request_timeout, max_request_time,
    input_timeout, ping_timeout, hold_timeout, stream_max_age, session_evict, sleep_after, sleep_listed_after, session_idle, sse_grace,
    handshakes, subscriptions, tasks, place_timeout, start_timeout, first_answer_wait, stop_grace, short_lives, drain_timeout, descriptors,
    address_connections, memory, background_tasks, principal_tasks, task_time, task_keep,
    count_
};
// clang-format on

/// Returns the name of a bound, as in `--limit NAME=VALUE`.
std::string_view name_of(bound limit);

/// The ways in which a client's request ends.
enum class outcome : unsigned char {
    answered,  ///< with the server's result
    error,     ///< with the server's own error
    refused,   ///< by the bridge, before the server got it
    timed_out,
    cancelled,  ///< by the client
    lost,       ///< the server process ended, or could not be started
    count_
};

std::string_view name_of(outcome ending);

/// Counts durations in ranges, as Prometheus does.
class histogram {
public:
    /// The upper bounds of the ranges, in seconds. The last range has no upper bound. The ranges reach from a quick echo to the longest
    /// call.
    static constexpr std::array bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0};

    void observe(std::chrono::nanoseconds duration);

    /// `counts()[i]` counts the durations within `bounds[i]` and above the range before. The last element counts those above all bounds.
    const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }
    double sum() const { return sum_; }  ///< seconds

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double sum_ = 0;
};

/// All counters. Values that the program can count on request (open sessions, running children) are not here.
struct metrics {
    template <class Index>
    using counters = std::array<std::uint64_t, static_cast<std::size_t>(Index::count_)>;

    /// The counters for each kind of request. `mcp/request_kind` defines the kinds.
    static constexpr std::size_t request_kinds = 16;
    struct requests {
        counters<outcome> ended{};
        histogram seconds;
    };
    std::array<requests, request_kinds> by_kind{};

    counters<bound> hits{};
    std::array<std::uint64_t, 8> memory_measures{};  ///< by `memory_measure`

    static constexpr int lowest_status = 100;
    std::array<std::uint64_t, 500> responses{};  ///< HTTP responses by status, from `lowest_status` on
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_evicted = 0;  ///< connections closed to make room for others
    std::uint64_t wrong_keys = 0;           ///< requests refused because they showed a wrong key
    std::uint64_t http_bytes_received = 0;
    std::uint64_t http_bytes_sent = 0;

    std::uint64_t sessions_opened = 0;
    std::uint64_t children_started = 0;
    std::uint64_t child_starts_failed = 0;
    std::uint64_t children_ended = 0;         ///< children that the bridge stopped
    std::uint64_t children_died = 0;          ///< children that ended without being stopped
    std::uint64_t children_put_to_sleep = 0;  ///< children stopped to make room while their session stays open; part of `children_ended`
    std::uint64_t child_bytes_received = 0;   ///< read from their stdout
    std::uint64_t child_bytes_sent = 0;       ///< written to their stdin
    std::uint64_t child_garbage_lines = 0;    ///< lines on stdout that are no message
    std::uint64_t late_answers = 0;           ///< answers to requests that no client waits for any more

    void count_hit(bound limit) { ++hits[static_cast<std::size_t>(limit)]; }
    void count_response(int status) {
        const auto index = static_cast<std::size_t>(status - lowest_status);
        if (index < responses.size()) ++responses[index];
    }
    void count_request(std::size_t kind, outcome ending, std::chrono::nanoseconds duration) {
        ++by_kind[kind].ended[static_cast<std::size_t>(ending)];
        by_kind[kind].seconds.observe(duration);
    }
};

/// The counters of this program. They are plain numbers, because there is one thread. They are global, as the log is, because all parts of
/// the program count.
inline metrics& meters() {
    static constinit metrics all;
    return all;
}

}  // namespace bridge::core
