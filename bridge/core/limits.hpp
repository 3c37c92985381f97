// All limits of the program. app/limit_table gives each limit a name and a help text.
#pragma once

#include <chrono>
#include <cstddef>

namespace bridge::core {

// The constants below are limits that users have no reason to change, so no option sets them.

/// Longest id or progress token of a request, as raw JSON text, and longest method name. Clients and servers use numbers, or UUIDs of 36
/// bytes.
inline constexpr std::size_t longest_id_bytes = 1024;
/// Longest params of `initialize`. The session keeps them until it ends. Those of real clients have some hundred bytes.
inline constexpr std::size_t longest_initialize_bytes = 64 * 1024;
/// Longest protocol revision in a child's answer to `initialize`, which the bridge repeats to the client. Revisions of the specification
/// are dates of 10 bytes.
inline constexpr std::size_t longest_version_bytes = 256;

/// The limits that operators can set. Sizes are bytes, times are milliseconds. The defaults suit one machine that serves a team. Each
/// comment gives the reason for its default.
struct limits {
    // Memory
    std::size_t memory_bytes = 0;  ///< buffers whose length clients and children choose; 0: no limit. The default depends on RAM

    // HTTP
    std::size_t header_bytes = 32 * 1024;       ///< request line and headers; has room for cookies and for tokens of proxies
    std::size_t body_bytes = 80 * 1024 * 1024;  ///< one request body: 64 MiB of arguments and their escapes
    std::size_t connections = 4096;             ///< open connections; further ones wait in the kernel's backlog until an idle one makes room
    std::size_t connections_per_address = 0;    ///< open connections of one client address; 0: no own limit. Behind a proxy all have one address
    std::chrono::milliseconds header_timeout{30'000};  ///< time from the first byte of a request to the end of its headers
    std::chrono::milliseconds body_timeout{120'000};   ///< wait for more bytes of a request body
    std::chrono::milliseconds idle_timeout{180'000};   ///< idle time between requests; the Functions host pools connections for over a minute
    std::chrono::milliseconds write_timeout{60'000};   ///< wait for a client to read more of what was written to it
    std::chrono::milliseconds connection_age{0};       ///< age at which a connection is closed after its reply; 0: never; most proxies do that

    // JSON-RPC
    unsigned json_depth = 256;                  ///< nesting depth of arrays and objects; parsers recurse
    std::size_t batch_messages = 100;           ///< members of one batch; fewer than the requests that a session may have in flight
    std::size_t line_bytes = 80 * 1024 * 1024;  ///< one message from a child; as large as the largest message to a child

    // Exchanges and streams
    std::size_t exchanges_per_session = 256;                   ///< requests of one client in flight
    std::size_t exchanges_per_child = 1024;                    ///< requests in flight on one child, from all clients
    std::size_t stream_messages = 1024;                        ///< messages of one stream that wait for a slow reader
    std::size_t stream_bytes = 16 * 1024 * 1024;               ///< bytes of these messages
    std::size_t held_messages = 256;                           ///< messages that wait for a client that is away
    std::size_t held_bytes = 1024 * 1024;                      ///< bytes of these messages
    std::chrono::milliseconds hold_timeout{20'000};            ///< wait of a server's request for a stream to its client; servers time out at 60 s
    std::size_t replay_events = 256;                           ///< events of one session kept for replay to a client that lost its connection
    std::size_t replay_bytes = 1024 * 1024;                    ///< bytes of these events
    std::chrono::milliseconds stream_max_age{0};               ///< age at which a stream is closed, so that the client resumes it; 0: never
    std::chrono::milliseconds resume_delay{500};               ///< delay that the bridge tells clients to keep before they reconnect (`retry:`)
    std::chrono::milliseconds silence{15'000};                 ///< silence before a JSON reply becomes a stream, and between keep-alives
    std::chrono::milliseconds request_timeout{600'000};        ///< time for a child's answer or next progress, and for a client's answer to a child
    std::chrono::milliseconds request_timeout_most{3600'000};  ///< time for a child's answer, however much progress it reports
    std::chrono::milliseconds silent_request_most{3600'000};   ///< time for the answer, where the reply can carry nothing before the answer

    // Sessions
    std::size_t sessions = 1000;                           ///< open sessions
    std::size_t sessions_per_principal = 250;              ///< open sessions of one principal, so that no principal can use up all sessions
    std::chrono::milliseconds session_evict{300'000};      ///< idle time after which a session may be closed to make room at a limit of sessions
    std::chrono::milliseconds sleep_after{60'000};         ///< idle time before a session may lose its process to another one; people think that long
    std::chrono::milliseconds sleep_listed_after{10'000};  ///< idle time if the session has called nothing yet: its process has no client data
    std::chrono::milliseconds session_idle{1800'000};      ///< time without a request after which a session ends
    std::chrono::milliseconds sse_grace{60'000};           ///< time for a client of HTTP+SSE to reconnect to its stream
    std::size_t handshakes = 256;                          ///< handshakes kept for clients of HTTP+SSE that reconnect without a handshake
    std::size_t handshake_bytes = 1024 * 1024;             ///< bytes of these handshakes

    std::size_t subscriptions_per_session = 1000;  ///< resources that one client subscribes to; the bridge repeats all subscriptions to a new child
    std::size_t subscription_bytes = 256 * 1024;   ///< bytes of the URIs of these resources: 256 each
    std::size_t tasks_per_owner = 1000;            ///< tasks known of one client; on a shared child all clients together may have 16 times as many

    // Calls that become tasks of the modern era
    std::chrono::milliseconds task_after{0};           ///< time after which a call becomes a task, if its client knows tasks; 0: never
    std::chrono::milliseconds task_time{3600'000};     ///< time for a task; as long as a call with progress may take
    std::chrono::milliseconds task_keep{600'000};      ///< time for which the result of a task is kept; clients poll every few seconds
    std::size_t background_tasks = 1000;               ///< tasks of all clients, running or kept
    std::size_t background_tasks_per_principal = 100;  ///< of them, those of one principal

    // Children
    std::size_t children = 64;                             ///< running processes; a Node server needs 60 MB and more
    std::size_t child_backlog_bytes = 160 * 1024 * 1024;   ///< bytes that wait for a child to read them
    std::size_t child_requests = 256;                      ///< requests of one child that wait for the client's answer
    std::chrono::milliseconds input_timeout{120'000};      ///< time for a child to read some of its pending input; pipes hold small messages
    std::chrono::milliseconds ping_after{0};               ///< silence before a child with requests in flight is pinged; 0: never
    std::chrono::milliseconds ping_timeout{10'000};        ///< time for any output of the child after this ping; servers that compute answer late
    std::size_t stderr_line_bytes = 8 * 1024;              ///< longest line of a child's stderr in the log; longer lines are cut
    std::size_t log_lines = 200;                           ///< lines per second logged of one child; more than people read, too few to fill a disk
    std::chrono::milliseconds start_timeout{60'000};       ///< time from spawn to the answer to `initialize`; `npx` may download packages
    std::chrono::milliseconds trial_after{2'000};          ///< wait for a first client before the bridge initialises the server itself
    std::chrono::milliseconds first_answer_wait{20'000};   ///< wait of other starts for the command's first answer; SDKs time out at 60 s
    std::size_t waiting_requests = 256;                    ///< requests that wait for a server process of their own
    std::chrono::milliseconds place_timeout{10'000};       ///< wait of a client while the maximum of processes runs; SDKs time out at 60 s
    std::chrono::milliseconds restart_delay{100};          ///< delay before the second start after failures; doubles. A client hardly notices it
    std::chrono::milliseconds restart_delay_most{30'000};  ///< longest such delay; short enough that a repaired server is soon found
    std::size_t short_lives = 5;                           ///< failures in the window that make a crash loop; a deployment causes fewer
    std::chrono::milliseconds short_life_window{60'000};   ///< window in which these failures count; long enough for a server that fails slowly
    std::chrono::milliseconds stable_after{10'000};        ///< time of service after which an exit is no failure; crashes at the start come sooner
    std::chrono::milliseconds crash_cool_down{30'000};     ///< wait before a crash loop is tried again: two processes a minute harm nobody
    std::chrono::milliseconds stop_grace{2'000};           ///< wait at each step of the stop ladder; MCP SDKs wait as long
    std::chrono::milliseconds drain_timeout{10'000};       ///< time for requests in flight when the bridge is stopped
};

}  // namespace bridge::core
