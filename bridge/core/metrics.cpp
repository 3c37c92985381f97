#include "bridge/core/metrics.hpp"

#include <algorithm>

namespace bridge::core {
namespace {

// In the order of `bound`.
// clang-format off
constexpr std::array<std::string_view, static_cast<std::size_t>(bound::count_)> bound_names = {
    "max-header-size", "max-body-size", "max-line-size", "max-json-depth", "max-batch", "max-connections", "max-connection-age",
    "max-sessions", "max-principal-sessions", "max-children", "max-session-requests", "max-child-requests", "max-server-requests",
    "max-waiting-requests", "max-child-backlog", "max-stream-size", "max-held-size", "max-replay-size", "max-stderr-line",
    "max-log-rate", "header-timeout", "body-timeout", "idle-timeout", "write-timeout", "request-timeout", "max-request-time",
    "input-timeout", "ping-timeout", "hold-timeout", "stream-max-age", "session-evict", "sleep-after", "sleep-listed-after", "session-idle",
    "sse-grace", "max-handshakes", "max-subscriptions", "max-tasks", "place-timeout", "start-timeout", "first-answer-wait", "stop-grace",
    "max-short-lives", "drain-timeout", "open-files", "max-connections-per-address", "max-memory",
    "max-background-tasks", "max-principal-tasks", "max-task-time", "task-keep"};
// clang-format on

// In the order of `outcome`.
constexpr std::array<std::string_view, static_cast<std::size_t>(outcome::count_)> outcome_names = {"answered",  "error",     "refused",
                                                                                                   "timed_out", "cancelled", "lost"};

}  // namespace

std::string_view name_of(bound limit) {
    return bound_names[static_cast<std::size_t>(limit)];
}

std::string_view name_of(outcome ending) {
    return outcome_names[static_cast<std::size_t>(ending)];
}

void histogram::observe(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())];
    sum_ += seconds;
}

}  // namespace bridge::core
