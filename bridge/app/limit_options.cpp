#include "bridge/app/limit_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

#include "bridge/app/flags.hpp"
#include "bridge/core/machine_memory.hpp"
#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::app {
namespace {

constexpr const char* group = "Limits";

std::string variable_of(std::string flag) {
    flag = flag.substr(2);
    std::ranges::transform(flag, flag.begin(), [](char c) {
        return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    return "MCP_BRIDGE_" + flag;
}

// More is a mistyped number, and sums of it could overflow.
constexpr std::size_t largest_size = std::size_t{1} << 40U;
// With less, two large requests could keep everybody else from working.
constexpr std::size_t least_budget = std::size_t{16} * 1024 * 1024;
// The parser counts the bytes of headers in 32 bits.
constexpr std::size_t largest_head = std::size_t{1} << 30U;

void add_size(CLI::App& app, const std::string& flag, std::size_t& to, const char* text, std::size_t most = largest_size) {
    const std::string shown = to % (1024 * 1024) == 0 ? std::to_string(to / (1024 * 1024)) + "MiB"
                                                      : std::to_string(to / 1024) + "KiB";
    app.add_option(flag, to, text)
        ->transform(CLI::AsSizeValue(false).description(""))
        ->check(CLI::Range(std::size_t{1}, most).description(""))
        ->envname(variable_of(flag))
        ->group(group)
        ->option_text("SIZE [" + shown + "]");
}

template <class Count>
void add_count(CLI::App& app, const std::string& flag, Count& to, const char* text, Count most, Count least = 1) {
    app.add_option(flag, to, text)
        ->check(CLI::Range(least, most).description(""))
        ->envname(variable_of(flag))
        ->group(group)
        ->option_text("N [" + std::to_string(to) + "]");
}

// As seconds, without the zeros behind them.
std::string in_seconds(std::chrono::milliseconds time) {
    std::ostringstream out;
    out << static_cast<double>(time.count()) / 1000;
    return out.str();
}

void add_time(CLI::App& app, const std::string& flag, std::chrono::milliseconds& to, const char* text,
              double least = 0.001) {
    app.add_option_function<double>(
           flag,
           [&to, flag](double seconds) {
               // It is in every range, as CLI11 asks.
               if (std::isnan(seconds)) throw CLI::ValidationError(flag, "not a number");
               to = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
           },
           text)
        ->check(CLI::Range(least, 1e7).description(""))
        ->envname(variable_of(flag))
        ->group(group)
        ->option_text("SECONDS [" + in_seconds(to) + "]");
}

}  // namespace

void add_limit_options(CLI::App& app, core::limits& to) {
    constexpr std::size_t any = 10'000'000;
    app.add_option("--max-memory", to.memory_bytes,
                   "Memory for requests, answers and messages under way, of all clients and server processes together. Without it a quarter of the "
                   "memory of the machine or the control group, at least 96MiB")
        ->transform(CLI::AsSizeValue(false).description(""))
        ->check(CLI::Range(least_budget, largest_size).description(""))
        ->envname(variable_of("--max-memory"))
        ->group(group)
        ->option_text("SIZE");
    add_size(app, "--max-header-size", to.header_bytes, "Request line and headers of one request", largest_head);
    add_size(app, "--max-body-size", to.body_bytes, "Body of one request; unless it is set, at most a quarter of --max-memory");
    add_size(app, "--max-line-size", to.line_bytes, "One message from the server; unless it is set, at most a quarter of --max-memory");
    add_count(app, "--max-json-depth", to.json_depth, "Arrays and objects in each other", jsonrpc::deepest_nesting);
    add_count(app, "--max-batch", to.batch_messages, "Messages in one batch", any);
    add_count(app, "--max-connections", to.connections, "Open connections", any);
    add_count(app, "--max-connections-per-address", to.connections_per_address,
              "Open connections of one client address, or one IPv6 network of 64 bits; 0 for no limit of its own. Behind a proxy all clients "
              "have one address", any, std::size_t{0});
    add_time(app, "--max-connection-age", to.connection_age,
             "Before a connection is closed once its reply is complete; 0 for never", 0);
    add_count(app, "--max-sessions", to.sessions, "Open sessions", any);
    add_count(app, "--max-principal-sessions", to.sessions_per_principal, "Open sessions of one key's holder", any);
    add_count(app, "--max-children", to.children, "Server processes", any);
    add_count(app, "--max-session-requests", to.exchanges_per_session, "Requests in flight in one session", any);
    add_count(app, "--max-child-requests", to.exchanges_per_child, "Requests in flight on one server process", any);
    add_count(app, "--max-server-requests", to.child_requests, "Unanswered requests of one server process", any);
    add_count(app, "--max-waiting-requests", to.waiting_requests, "Requests that wait for a server process of their own", any);
    add_size(app, "--max-child-backlog", to.child_backlog_bytes, "Written to a server process and not yet read by it");
    add_count(app, "--max-stream-messages", to.stream_messages, "Messages that wait for the reader of one stream", any);
    add_size(app, "--max-stream-size", to.stream_bytes, "The same in bytes");
    add_count(app, "--max-held-messages", to.held_messages, "Messages that wait for a client that is away", any);
    add_size(app, "--max-held-size", to.held_bytes, "The same in bytes");
    add_count(app, "--max-replay-events", to.replay_events, "Events of one session kept for a client that lost its connection", any);
    add_size(app, "--max-replay-size", to.replay_bytes, "The same in bytes");
    add_count(app, "--max-subscriptions", to.subscriptions_per_session, "Resources that one session may subscribe to", any);
    add_size(app, "--max-subscriptions-size", to.subscription_bytes, "The bytes of their URIs");
    add_count(app, "--max-tasks", to.tasks_per_owner,
              "Tasks of one client on a shared server; the oldest makes room and is unknown then", any);
    add_size(app, "--max-stderr-line", to.stderr_line_bytes, "One line of a server's stderr in the log");
    add_count(app, "--max-log-rate", to.log_lines, "Lines a second in the log for one server process; the rest is counted", any);
    add_time(app, "--header-timeout", to.header_timeout, "For a client to send a request's headers");
    add_time(app, "--body-timeout", to.body_timeout, "For a client to send more of a request's body");
    add_time(app, "--idle-timeout", to.idle_timeout, "For a connection to wait for its next request");
    add_time(app, "--write-timeout", to.write_timeout, "For a client to take more of what was sent to it");
    add_time(app, "--silence", to.silence, "Until a silent reply becomes a stream, and between its keep-alives");
    add_time(app, "--request-timeout", to.request_timeout, "For a server to answer a request, or to tell of its progress");
    add_time(app, "--max-request-time", to.request_timeout_most, "For a server to answer a request, whatever progress it tells of");
    add_time(app, "--max-silent-time", to.silent_request_most,
             "The same where nothing can be sent before the answer. For platforms that cut silent connections");
    add_time(app, "--input-timeout", to.input_timeout, "For a server process to take some of what waits to be written to it");
    add_time(app, "--ping-after", to.ping_after,
             "Of silence before a server process with requests in flight is asked whether it lives; 0 for never", 0);
    add_time(app, "--ping-timeout", to.ping_timeout, "For it to say anything then, before it is ended");
    add_time(app, "--hold-timeout", to.hold_timeout, "For a server's request to wait for a stream to its client");
    add_time(app, "--stream-max-age", to.stream_max_age,
             "Before a stream is closed for its client to come back to; 0 for never. For platforms that cut long requests", 0);
    add_time(app, "--resume-delay", to.resume_delay, "That clients are told to wait before they come back to a stream");
    add_time(app, "--session-evict", to.session_evict,
             "Idle time after which a session may be closed to make room for a new one when --max-sessions or --max-principal-sessions is reached");
    add_time(app, "--sleep-after", to.sleep_after,
             "Idle time after which a session may lose its server process to a client that needs one when --max-children run; "
             "the next request of the session starts a process again");
    add_time(app, "--sleep-listed-after", to.sleep_listed_after,
             "The same for a session that has only opened, listed and pinged");
    add_time(app, "--session-idle", to.session_idle, "For a session to live without a request");
    add_time(app, "--sse-grace", to.sse_grace, "For a client of HTTP+SSE to come back to its stream before its session ends");
    add_count(app, "--max-handshakes", to.handshakes, "Handshakes kept for clients of HTTP+SSE that come back without one", any);
    add_size(app, "--max-handshakes-size", to.handshake_bytes, "The same in bytes");
    add_time(app, "--place-timeout", to.place_timeout,
             "How long a client waits for a server process when --max-children run, before it gets 503");
    add_time(app, "--start-timeout", to.start_timeout, "For a server process to start and answer initialize");
    add_time(app, "--restart-delay", to.restart_delay,
             "Before a server process is started again after the second failure; doubles with each further one");
    add_time(app, "--max-restart-delay", to.restart_delay_most, "The longest such delay");
    add_count(app, "--max-short-lives", to.short_lives,
              "Failed starts and short lives of server processes that make a crash loop: then requests get 503 at once", any);
    add_time(app, "--short-life-window", to.short_life_window, "In which they count");
    add_time(app, "--stable-after", to.stable_after, "Of service before the end of a server process counts as no failure");
    add_time(app, "--crash-cool-down", to.crash_cool_down, "Before a server in a crash loop is tried again, once");
    add_time(app, "--stop-grace", to.stop_grace, "For a server process to end, at each step of asking it to");
    add_time(app, "--drain-timeout", to.drain_timeout, "For requests in flight to end when the bridge is stopped");
}

void fit_into_memory(const CLI::App& app, options& to) {
    core::limits& bounds = to.bounds;
    if (bounds.memory_bytes == 0) bounds.memory_bytes = core::default_memory_budget(core::machine_memory());
    const auto fit = [&](const char* flag, std::size_t& bytes) {
        if (app.get_option(flag)->count() == 0) {
            bytes = std::min(bytes, bounds.memory_bytes / 4);
        } else if (bytes > bounds.memory_bytes / 4) {
            to.warnings.push_back(std::string(flag) + " is more than a quarter of --max-memory: while memory is short, what is that long can fail");
        }
    };
    fit("--max-body-size", bounds.body_bytes);
    fit("--max-line-size", bounds.line_bytes);
}

}  // namespace bridge::app
