#include "bridge/app/limit_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "bridge/jsonrpc/nesting.hpp"

namespace bridge::app {
namespace {

using core::limits;

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;

// A larger number is mistyped, and sums of such numbers could overflow.
constexpr std::uint64_t largest_size = std::uint64_t{1} << 40U;
constexpr std::uint64_t largest_count = 10'000'000;
constexpr std::uint64_t longest_time = 10'000'000'000;  // 115 days, in milliseconds

// With a smaller budget, two large requests could block all other work.
constexpr std::uint64_t least_budget = 16 * MiB;
// The parser counts the bytes of headers in 32 bits.
constexpr std::uint64_t largest_head = std::uint64_t{1} << 30U;

enum class form { option, limit_only };
enum class zero { refused, allowed };

constexpr limit size(const char* section, form kind, const char* name, std::size_t limits::*value, const char* purpose, const char* advice,
                     std::uint64_t most = largest_size, std::uint64_t least = 1) {
    return {section, name, value, true, least, most, kind == form::option, purpose, advice};
}

constexpr limit count(const char* section, form kind, const char* name, limit::member value, const char* purpose, const char* advice,
                      std::uint64_t most = largest_count, std::uint64_t least = 1) {
    return {section, name, value, false, least, most, kind == form::option, purpose, advice};
}

constexpr limit time(const char* section, form kind, const char* name, std::chrono::milliseconds limits::*value, const char* purpose,
                     const char* advice, zero never = zero::refused) {
    return {section, name, value, false, never == zero::allowed ? 0U : 1U, longest_time, kind == form::option, purpose, advice};
}

constexpr auto option = form::option;
constexpr auto limit_only = form::limit_only;

constexpr const char* messages = "Memory and messages";
constexpr const char* connections = "Connections";
constexpr const char* requests = "Requests";
constexpr const char* tasks = "Tasks";
constexpr const char* streams = "Streams";
constexpr const char* sessions = "Sessions";
constexpr const char* processes = "Server processes";
constexpr const char* restarts = "Restarts of server processes";

constexpr std::array table = {
    size(messages, option, "max-memory", &limits::memory_bytes,
         "Memory for messages under way, of all clients and processes together (default: a quarter of the machine's or container's, 96MiB at least)",
         "Raise it if mcp_bridge_memory_measures_total grows in /metrics; lower it if other programs need the memory.", largest_size, least_budget),
    size(messages, option, "max-body-size", &limits::body_bytes, "Longest body of a request; unless set, at most a quarter of --max-memory",
         "Raise it for clients that send large arguments, such as files."),
    size(messages, option, "max-line-size", &limits::line_bytes, "Longest message of a server; unless set, at most a quarter of --max-memory",
         "Raise it for servers that answer with large results."),
    size(messages, limit_only, "max-header-size", &limits::header_bytes, "Longest request line and headers of one request, together",
         "Raise it if a proxy in front adds large cookies or tokens and clients get 431 or 414.", largest_head),
    count(messages, limit_only, "max-json-depth", &limits::json_depth, "Deepest nesting of arrays and objects in one message",
          "Raise it if a client's or a server's data is nested more deeply.", jsonrpc::deepest_nesting),
    count(messages, limit_only, "max-batch", &limits::batch_messages, "Most messages in one JSON-RPC batch of a client (revision 2025-03-26)",
          "Raise it for a client that sends longer batches."),

    count(connections, option, "max-connections", &limits::connections,
          "Most open connections; at the limit an idle connection is closed for a new one, which waits if none is idle",
          "Raise it for more clients, together with the limit of open files (ulimit -n)."),
    count(connections, limit_only, "max-connections-per-address", &limits::connections_per_address,
          "Most open connections of one client address, or of one IPv6 network of 64 bits; 0 for no such limit",
          "Set it where clients connect without a proxy. Behind a proxy all clients have one address.", largest_count, 0),
    time(connections, limit_only, "max-connection-age", &limits::connection_age,
         "Age from which on a connection is closed once its reply is complete; 0 for never",
         "Set it behind a load balancer, so that long connections move to new instances.", zero::allowed),
    time(connections, limit_only, "header-timeout", &limits::header_timeout, "Longest time for a client to send the headers of one request",
         "Raise it for clients on very slow networks; lower it if slow clients occupy connections on purpose."),
    time(connections, limit_only, "body-timeout", &limits::body_timeout, "Longest pause while a client sends the body of one request",
         "Raise it for clients whose connection often stalls; lower it if slow clients occupy memory on purpose."),
    time(connections, limit_only, "write-timeout", &limits::write_timeout,
         "Longest time in which a client reads nothing of a reply that waits for it",
         "Raise it for clients that stop reading for a while; lower it if such clients occupy memory."),
    time(connections, option, "idle-timeout", &limits::idle_timeout, "Time after which an idle connection is closed",
         "Set it above the idle time of a proxy in front, so that the proxy closes connections first."),

    time(requests, option, "request-timeout", &limits::request_timeout, "Longest time that a request waits for an answer or for progress",
         "Raise it for tools that compute for long and report no progress; lower it to give up on a stuck server sooner."),
    time(requests, option, "max-request-time", &limits::request_timeout_most, "Longest time that a request waits for its answer, with progress",
         "Raise it for tools that run for hours; lower it if a platform in front ends long requests."),
    time(requests, option, "max-silent-time", &limits::silent_request_most, "Longest time for an answer where nothing can be sent before it",
         "Lower it below the time after which a platform in front cuts silent connections."),
    count(requests, option, "max-session-requests", &limits::exchanges_per_session, "Most requests in flight in one session",
          "Raise it for a client that makes many calls at once and gets 429."),
    count(requests, option, "max-child-requests", &limits::exchanges_per_child, "Most requests in flight on one server process",
          "Lower it to what the server can work on at once; raise it for a shared server with many clients that get 503."),
    count(requests, limit_only, "max-waiting-requests", &limits::waiting_requests,
          "Most requests and new sessions of all clients that wait for a server process",
          "Raise it if clients get 503 in bursts that the server processes could work off."),

    time(tasks, option, "task-after", &limits::task_after,
         "Time after which a call of a tool becomes a task, for clients of revision 2026-07-28 that know tasks; 0 for never",
         "Set it below the time after which clients or a platform in front give up on a request.", zero::allowed),
    time(tasks, limit_only, "max-task-time", &limits::task_time, "Longest time of a task; then its call is cancelled, and the task has failed",
         "Raise it for tools that work for hours."),
    time(tasks, limit_only, "task-keep", &limits::task_keep, "Time for which the result of a task is kept for its client",
         "Raise it for clients that are away for longer; lower it to save memory."),
    count(tasks, limit_only, "max-background-tasks", &limits::background_tasks,
          "Most tasks, running or kept; at the limit a call becomes none, and its client waits for it", "Raise it for more clients with long calls."),
    count(tasks, limit_only, "max-principal-tasks", &limits::background_tasks_per_principal, "Most of these tasks of the holder of one key",
          "Raise it if many clients share one key."),

    time(streams, option, "silence", &limits::silence, "Silence until a reply becomes a stream, and between its keep-alive comments",
         "Lower it if a proxy in front cuts connections that are silent for a shorter time."),
    time(streams, option, "stream-max-age", &limits::stream_max_age, "Age at which a stream is closed for the client to resume it; 0 for never",
         "Set it below the time after which a platform in front cuts long requests.", zero::allowed),
    time(streams, limit_only, "resume-delay", &limits::resume_delay, "Time that clients are asked to wait before they resume a stream",
         "Raise it if the clients that reconnect together after a restart load the machine."),
    time(streams, limit_only, "hold-timeout", &limits::hold_timeout,
         "Longest time that a server's request waits for its client to open a stream; then the server gets an error",
         "Raise it for clients that reconnect late; keep it below the time after which the server gives up."),
    count(streams, limit_only, "max-stream-messages", &limits::stream_messages, "Most messages that wait for the reader of one stream",
          "Raise it for servers that send many small notifications at once to slow clients."),
    size(streams, limit_only, "max-stream-size", &limits::stream_bytes, "Most bytes that wait for the reader of one stream",
         "Raise it for servers that send much at once to slow clients; lower it to save memory."),
    count(streams, limit_only, "max-held-messages", &limits::held_messages, "Most messages that wait for a client that is away",
          "Raise it if clients find in a stream the comment that messages were lost."),
    size(streams, limit_only, "max-held-size", &limits::held_bytes, "Most bytes that wait for a client that is away",
         "Raise it together with max-held-messages, for servers with large notifications."),
    count(streams, limit_only, "max-replay-events", &limits::replay_events, "Most events of one session that are kept for resuming a stream",
          "Raise it if clients that lost their connection miss messages after they resumed."),
    size(streams, limit_only, "max-replay-size", &limits::replay_bytes, "Most bytes of one session that are kept for resuming a stream",
         "Raise it together with max-replay-events, for servers with large messages."),

    count(sessions, option, "max-sessions", &limits::sessions, "Most open sessions",
          "Raise it for more clients; each open session costs some memory."),
    count(sessions, option, "max-principal-sessions", &limits::sessions_per_principal, "Most open sessions of the holder of one key",
          "Raise it if many clients share one key; lower it so that no holder can use up all sessions."),
    time(sessions, option, "session-idle", &limits::session_idle, "Time without a request after which a session ends",
         "Raise it for users who come back after hours; lower it to free processes and memory sooner."),
    time(sessions, limit_only, "session-evict", &limits::session_evict,
         "Idle time after which a session may be closed to make room for a new one when a limit of sessions is reached",
         "Lower it if new clients are refused while many open sessions are unused."),
    count(sessions, limit_only, "max-subscriptions", &limits::subscriptions_per_session, "Most resources that one session may subscribe to",
          "Raise it for clients that watch more resources."),
    size(sessions, limit_only, "max-subscriptions-size", &limits::subscription_bytes, "Most bytes of the URIs that one session subscribes to",
         "Raise it together with max-subscriptions, for long URIs."),
    count(sessions, limit_only, "max-tasks", &limits::tasks_per_owner,
          "Most tasks of the server, for one client, that the bridge keeps track of; the oldest one is forgotten for a new one",
          "Raise it for clients that run more tasks at once, or read their results later."),
    time(sessions, limit_only, "sse-grace", &limits::sse_grace, "Time that a client of HTTP+SSE has to reopen its stream before its session ends",
         "Raise it for clients that lose their network for longer."),
    count(sessions, limit_only, "max-handshakes", &limits::handshakes,
          "Most handshakes that are kept for clients of HTTP+SSE that reconnect without one",
          "Raise it if more such clients than that use the bridge."),
    size(sessions, limit_only, "max-handshakes-size", &limits::handshake_bytes, "Most bytes of all handshakes that are kept for clients of HTTP+SSE",
         "Raise it together with max-handshakes."),

    count(processes, option, "max-children", &limits::children, "Most server processes at once",
          "Set it to the memory of the machine divided by the memory of one server process."),
    time(processes, limit_only, "place-timeout", &limits::place_timeout,
         "Longest time that a client waits for a server process while max-children run; then it gets 503",
         "Raise it if processes become free soon; lower it if clients should try another instance sooner."),
    time(processes, limit_only, "sleep-after", &limits::sleep_after,
         "Idle time after which a session may lose its server process to a client that needs one, while max-children run",
         "Lower it if clients get 503 while other sessions are idle; raise it if restarts of the server are slow."),
    time(processes, limit_only, "sleep-listed-after", &limits::sleep_listed_after,
         "Idle time after which a session that has called no tool yet may lose its server process, which holds nothing of the client's",
         "Change it together with sleep-after."),
    time(processes, option, "start-timeout", &limits::start_timeout, "Longest time for a server to start and answer initialize",
         "Raise it for servers that download or compile at their first start."),
    time(processes, limit_only, "trial-after", &limits::trial_after,
         "Wait for a first client at the start of the bridge; then the bridge initialises the server itself, to see whether it works; 0 for at once",
         "Lower it if the bridge should know sooner that it is ready; raise it if starts of the server are costly.", zero::allowed),
    time(processes, limit_only, "first-answer-wait", &limits::first_answer_wait,
         "Longest wait of further starts until the command has answered for the first time; then they run at the same time",
         "Raise it for commands that download or compile at their first start for longer."),
    time(processes, limit_only, "input-timeout", &limits::input_timeout,
         "Longest time in which a server process reads nothing of what is written to it; then it is replaced",
         "Raise it for servers that read no input while they compute."),
    time(processes, limit_only, "ping-after", &limits::ping_after,
         "Silence after which a server process with requests in flight gets a ping; 0 for never",
         "Set it to find servers that hang sooner than request-timeout does.", zero::allowed),
    time(processes, limit_only, "ping-timeout", &limits::ping_timeout,
         "Longest time for a server process to answer the ping of ping-after; then it is replaced",
         "Raise it for servers that answer no ping while they compute."),
    count(processes, limit_only, "max-server-requests", &limits::child_requests,
          "Most requests of one server process that wait for its client's answer", "Raise it for servers that ask their clients much at once."),
    size(processes, limit_only, "max-child-backlog", &limits::child_backlog_bytes, "Most bytes written to a server process and not yet read by it",
         "Raise it for slow servers that get large arguments; lower it to save memory."),
    size(processes, limit_only, "max-stderr-line", &limits::stderr_line_bytes, "Longest line of a server's stderr in the log; longer lines are cut",
         "Raise it for servers that log long lines, such as JSON."),
    count(processes, limit_only, "max-log-rate", &limits::log_lines,
          "Most lines a second that are logged of one server process; the others are counted",
          "Raise it to debug a server that logs much; lower it to save space."),
    time(processes, option, "stop-grace", &limits::stop_grace, "Time for a server process to end after its input is closed, and again after SIGTERM",
         "Raise it for servers that save their state when they are stopped."),
    time(processes, option, "drain-timeout", &limits::drain_timeout, "Time for requests in flight to end when the bridge is stopped",
         "Set it below the time that the platform gives a program between SIGTERM and SIGKILL."),

    time(restarts, limit_only, "restart-delay", &limits::restart_delay,
         "Delay before a server is started again after its second failure; it doubles with each further one",
         "Raise it for servers whose start is expensive."),
    time(restarts, limit_only, "max-restart-delay", &limits::restart_delay_most, "Longest delay before a restart",
         "Lower it to find sooner that a server is repaired."),
    count(restarts, limit_only, "max-short-lives", &limits::short_lives,
          "Failures within short-life-window that make a crash loop: then requests get 503 at once",
          "Raise it for servers that are known to fail now and then."),
    time(restarts, limit_only, "short-life-window", &limits::short_life_window, "Time within which failures count together",
         "Raise it for servers that take long to fail."),
    time(restarts, limit_only, "stable-after", &limits::stable_after,
         "Time of service after which the end of a server process is not counted as a failure",
         "Raise it for servers that crash only some time after their start."),
    time(restarts, limit_only, "crash-cool-down", &limits::crash_cool_down, "Time after which a server in a crash loop is started again, once",
         "Lower it to find sooner that a server is repaired; raise it if its starts harm others."),
};

// Returns the unit of a size as a power of 1024, or nothing if the text is no unit.
std::optional<unsigned> exponent_of(std::string_view unit) {
    std::string lower(unit);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (lower.empty() || lower == "b") return 0;
    const std::size_t prefix = std::string_view("kmgt").find(lower.front());
    if (prefix == std::string_view::npos) return std::nullopt;
    const std::string rest = lower.substr(1);
    if (!rest.empty() && rest != "b" && rest != "ib") return std::nullopt;
    return static_cast<unsigned>(prefix) + 1;
}

struct reading {
    std::uint64_t number = 0;
    bool is_too_large = false;
    std::string wrong;
};

reading whole_number(const std::string& text, std::string_view expected, bool accepts_units) {
    reading out;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.number);
    out.is_too_large = error == std::errc::result_out_of_range;
    const std::size_t digits = static_cast<std::size_t>(end - text.data());
    const std::size_t unit = std::min(text.find_first_not_of(' ', digits), text.size());
    const std::optional<unsigned> exponent = accepts_units ? exponent_of(std::string_view(text).substr(unit)) : 0;
    const bool is_number = digits > 0 && exponent && (accepts_units || digits == text.size());
    if (!is_number) out.wrong = '"' + text + "\" is not " + std::string(expected);
    for (unsigned i = 0; is_number && i < *exponent; ++i) {
        out.is_too_large = out.is_too_large || out.number > largest_size;
        out.number *= KiB;
    }
    return out;
}

reading milliseconds(const std::string& text) {
    reading out;
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(seconds) && !std::signbit(seconds);
    if (!is_number) {
        out.wrong = '"' + text + "\" is not a time: write seconds, such as 0.5 or 30";
        return out;
    }
    out.is_too_large = seconds > static_cast<double>(longest_time);
    if (!out.is_too_large) out.number = static_cast<std::uint64_t>(seconds * 1000);
    return out;
}

std::string in_unit(const limit& row, std::uint64_t number) {
    if (std::holds_alternative<std::chrono::milliseconds limits::*>(row.value)) {
        std::ostringstream out;
        out << static_cast<double>(number) / 1000;
        return out.str();
    }
    if (row.is_size && number != 0) {
        constexpr std::array units = {std::pair{MiB * MiB, "TiB"}, std::pair{MiB * KiB, "GiB"}, std::pair{MiB, "MiB"}, std::pair{KiB, "KiB"}};
        for (const auto& [bytes, unit] : units) {
            if (number % bytes == 0) return std::to_string(number / bytes) + unit;
        }
    }
    return std::to_string(number);
}

reading read_number(const limit& row, const std::string& text) {
    if (std::holds_alternative<std::chrono::milliseconds limits::*>(row.value)) return milliseconds(text);
    if (row.is_size) return whole_number(text, "a size: write bytes, or a number with a unit, such as 64KiB", true);
    return whole_number(text, "a whole number", false);
}

}  // namespace

std::span<const limit> all_limits() {
    return table;
}

const limit* find_limit(std::string_view name) {
    const auto found = std::ranges::find(table, name, [](const limit& each) { return std::string_view(each.name); });
    return found == table.end() ? nullptr : &*found;
}

std::string placeholder_of(const limit& row) {
    if (std::holds_alternative<std::chrono::milliseconds limits::*>(row.value)) return "SECONDS";
    return row.is_size ? "SIZE" : "N";
}

std::string value_of(const limit& row, const core::limits& values) {
    return std::visit(
        [&](auto member) {
        const auto value = values.*member;
        if constexpr (std::is_same_v<decltype(value), const std::chrono::milliseconds>) {
            return in_unit(row, static_cast<std::uint64_t>(value.count()));
        } else {
            return in_unit(row, value);
        }
        },
        row.value);
}

std::string read_value(const limit& row, const std::string& text, core::limits& values) {
    const reading read = read_number(row, text);
    if (!read.wrong.empty()) return read.wrong;
    if (read.is_too_large || read.number > row.most) return '"' + text + "\" is too large; the largest value is " + in_unit(row, row.most);
    if (read.number < row.least) return '"' + text + "\" is too small; the smallest value is " + in_unit(row, row.least);
    std::visit(
        [&](auto member) {
        using type = std::remove_cvref_t<decltype(values.*member)>;
        if constexpr (std::is_same_v<type, std::chrono::milliseconds>) {
            values.*member = type(static_cast<std::int64_t>(read.number));
        } else {
            values.*member = static_cast<type>(read.number);
        }
        },
        row.value);
    return {};
}

}  // namespace bridge::app
