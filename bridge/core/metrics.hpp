// What the program counts of itself, for /metrics and for whoever looks into what went wrong.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bridge::core {

/// The bounds that can be hit; users know each by its name in --help-limits, which `name_of` gives.
enum class bound : unsigned char {
    header_size, body_size, line_size, json_depth, batch, connections, connection_age, sessions, principal_sessions, children,
    session_requests, child_requests, server_requests, waiting_requests, child_backlog, stream_size, held_size, replay_size,
    stderr_line, log_rate, header_timeout, body_timeout, idle_timeout, write_timeout, request_timeout, max_request_time,
    input_timeout, ping_timeout, hold_timeout, stream_max_age, session_evict, sleep_after, sleep_listed_after, session_idle, sse_grace,
    handshakes, subscriptions, tasks, place_timeout, start_timeout, stop_grace, short_lives, drain_timeout, descriptors,
    address_connections, memory,
    count_
};

/// The name of a bound, as in `--limit NAME=VALUE`.
std::string_view name_of(bound which);

/// How a request of a client's ended.
enum class outcome : unsigned char {
    answered,   ///< with the server's result
    error,      ///< with the server's own error
    refused,    ///< by the bridge, before the server got it
    timed_out,
    cancelled,  ///< by the client
    lost,       ///< the server process ended, or could not be had
    count_
};

std::string_view name_of(outcome which);

/// Counts durations in ranges, as Prometheus does.
class histogram {
public:
    /// The upper bounds of the ranges, in seconds; one more range is above the last. From a quick echo to the longest call.
    static constexpr std::array bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0};

    void observe(std::chrono::nanoseconds duration);

    /// How many were within `bounds[i]` and above the range before; the last element is above all.
    const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }
    double sum() const { return sum_; }  ///< seconds

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double sum_ = 0;
};

/// All of it. What can be counted when it is asked for (open sessions, running children) is not here.
struct metrics {
    template <class Index>
    using counters = std::array<std::uint64_t, static_cast<std::size_t>(Index::count_)>;

    /// Of each kind of request; which there are is for `mcp/request_kind` to say.
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
    std::uint64_t connections_evicted = 0;     ///< closed to make room for others
    std::uint64_t wrong_keys = 0;              ///< requests that were refused because the key they showed is wrong
    std::uint64_t http_bytes_received = 0;
    std::uint64_t http_bytes_sent = 0;

    std::uint64_t sessions_opened = 0;
    std::uint64_t children_started = 0;
    std::uint64_t child_starts_failed = 0;
    std::uint64_t children_ended = 0;          ///< because the bridge asked them to
    std::uint64_t children_died = 0;           ///< of their own accord
    std::uint64_t children_put_to_sleep = 0;   ///< of those that were asked to end: to make room, while their session stays open
    std::uint64_t child_bytes_received = 0;    ///< from their stdout
    std::uint64_t child_bytes_sent = 0;        ///< to their stdin
    std::uint64_t child_garbage_lines = 0;     ///< on stdout, no message
    std::uint64_t late_answers = 0;            ///< to requests that nobody waits for any more

    void note_hit(bound which) { ++hits[static_cast<std::size_t>(which)]; }
    void note_response(int status) {
        const auto index = static_cast<std::size_t>(status - lowest_status);
        if (index < responses.size()) ++responses[index];
    }
    void note_request(std::size_t kind, outcome how, std::chrono::nanoseconds took) {
        ++by_kind[kind].ended[static_cast<std::size_t>(how)];
        by_kind[kind].seconds.observe(took);
    }
};

/// The program's own. Plain numbers, as there is one thread; in one place, like the log, because what is counted happens everywhere.
inline metrics& meters() {
    static constinit metrics all;
    return all;
}

}  // namespace bridge::core
