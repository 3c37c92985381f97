// Every bound of the program, in one place. app/limit_table gives each a name and a help text.
#pragma once

#include <chrono>
#include <cstddef>

namespace bridge::core {

// Users cannot set the bounds that nobody has a reason to change.

/// Of a request's id or progress token, raw, and of a method's name. Those of clients and servers are numbers or UUIDs of 36 bytes.
inline constexpr std::size_t longest_id_bytes = 1024;
/// Of the params of `initialize`, which stay as long as the session. Those of clients have some hundred bytes.
inline constexpr std::size_t longest_initialize_bytes = 64 * 1024;
/// Of the revision that a child says it speaks, which is repeated to its client. The specification's are dates of 10 bytes.
inline constexpr std::size_t longest_version_bytes = 256;

/// Sizes are bytes, counts are counts, times are given in milliseconds. The defaults suit one machine that serves a team; the reason for each stands
/// beside it.
struct limits {
    // Memory
    std::size_t memory_bytes = 0;                    ///< for everything whose length clients and children choose; 0: no bound. The program's default depends on the machine

    // HTTP
    std::size_t header_bytes = 32 * 1024;            ///< request line and headers; cookies and tokens of proxies fit
    std::size_t body_bytes = 80 * 1024 * 1024;       ///< one request body: 64 MiB of arguments and their escapes
    std::size_t connections = 4096;                  ///< open at once; more wait in the kernel's backlog until an idle one makes room
    std::size_t connections_per_address = 0;         ///< of one client address; 0: as many as all. Behind a proxy all come from one
    std::chrono::milliseconds header_timeout{30'000};         ///< from the first byte of a request to the end of its headers
    std::chrono::milliseconds body_timeout{120'000};          ///< for more of a body to come
    std::chrono::milliseconds idle_timeout{180'000};          ///< between requests; the Functions host pools for over a minute
    std::chrono::milliseconds write_timeout{60'000};          ///< for a client to take more of what was written to it
    std::chrono::milliseconds connection_age{0};     ///< before a connection is closed after its reply; 0: never, as most proxies see to that

    // JSON-RPC
    unsigned json_depth = 256;                       ///< arrays and objects in each other; parsers recurse
    std::size_t batch_messages = 100;                ///< members of one batch; fewer than a session may have in flight
    std::size_t line_bytes = 80 * 1024 * 1024;       ///< one message from a child, as large as what may go in

    // Exchanges and streams
    std::size_t exchanges_per_session = 256;         ///< requests of one client in flight
    std::size_t exchanges_per_child = 1024;          ///< requests on one child in flight, whoever sent them
    std::size_t stream_messages = 1024;              ///< messages that wait for a slow reader of one stream
    std::size_t stream_bytes = 16 * 1024 * 1024;     ///< and their bytes
    std::size_t held_messages = 256;                 ///< messages that wait for a client that is away
    std::size_t held_bytes = 1024 * 1024;            ///< and their bytes
    std::chrono::milliseconds hold_timeout{20'000};  ///< for a server's request to wait for a stream; servers give up at 60 s
    std::size_t replay_events = 256;                 ///< events of one session kept for a client that lost its connection
    std::size_t replay_bytes = 1024 * 1024;          ///< and their bytes
    std::chrono::milliseconds stream_max_age{0};     ///< before a stream is closed for the client to resume it; 0: never
    std::chrono::milliseconds resume_delay{500};     ///< that clients are told to wait before they come back (`retry:`)
    std::chrono::milliseconds silence{15'000};       ///< before a JSON reply becomes a stream, and between keep-alives
    std::chrono::milliseconds request_timeout{600'000};       ///< for a child to answer one request or tell of progress, and a client one of a child's
    std::chrono::milliseconds request_timeout_most{3600'000}; ///< for the answer, whatever progress is told of
    std::chrono::milliseconds silent_request_most{3600'000};  ///< for the answer, where the reply can carry nothing before it

    // Sessions
    std::size_t sessions = 1000;                     ///< open at once
    std::size_t sessions_per_principal = 250;        ///< of one key's holder; no single one can use up all
    std::chrono::milliseconds session_evict{300'000};         ///< without use before one may make room for a new one at a cap of sessions
    std::chrono::milliseconds sleep_after{60'000};   ///< idle before a session may lose its process to one that needs it; people think that long between calls
    std::chrono::milliseconds sleep_listed_after{10'000};     ///< the same for a session that has called nothing yet: its process holds nothing of the client's
    std::chrono::milliseconds session_idle{1800'000};         ///< without a request before a session ends
    std::chrono::milliseconds sse_grace{60'000};     ///< for a client of HTTP+SSE to come back to its stream
    std::size_t handshakes = 256;                    ///< kept for clients of HTTP+SSE that come back without one
    std::size_t handshake_bytes = 1024 * 1024;       ///< and their bytes

    std::size_t subscriptions_per_session = 1000;    ///< resources that one client subscribes to; all are told to a new child
    std::size_t subscription_bytes = 256 * 1024;     ///< and the bytes of their URIs: 256 each
    std::size_t tasks_per_owner = 1000;              ///< of a shared child, whose owner is known; 16 times as many of all clients

    // Children
    std::size_t children = 64;                       ///< processes at once; a Node server takes 60 MB and more
    std::size_t child_backlog_bytes = 160 * 1024 * 1024;  ///< written but not yet read by a child
    std::size_t child_requests = 256;                ///< requests of one child that wait for the client's answer
    std::chrono::milliseconds input_timeout{120'000};  ///< for a child to take something of what is written to it; pipes hold what is small
    std::chrono::milliseconds ping_after{0};         ///< of silence before a child with requests in flight is pinged; 0: never
    std::chrono::milliseconds ping_timeout{10'000};  ///< and for it to say anything then; servers that compute answer late
    std::size_t stderr_line_bytes = 8 * 1024;        ///< longer lines of a child's stderr are cut in the log
    std::size_t log_lines = 200;                     ///< logged of one child in a second; more than anyone reads, too few to fill a disk in a night
    std::chrono::milliseconds start_timeout{60'000};  ///< from spawn to the answer to `initialize`; `npx` may download
    std::size_t waiting_requests = 256;              ///< requests that wait for a server process of their own
    std::chrono::milliseconds place_timeout{10'000};  ///< for a client to wait while as many processes run as may; SDKs give up at 60 s
    std::chrono::milliseconds restart_delay{100};     ///< before a second start after failures; doubles. A client hardly notices it
    std::chrono::milliseconds restart_delay_most{30'000};  ///< and is never longer, so that a mended server is soon found
    std::size_t short_lives = 5;                     ///< failures in the window that make a crash loop; fewer happen in a deployment
    std::chrono::milliseconds short_life_window{60'000};   ///< in which they count; long enough for a server that fails slowly
    std::chrono::milliseconds stable_after{10'000};  ///< of service before an end is no failure; crashes at the start come sooner
    std::chrono::milliseconds crash_cool_down{30'000};     ///< before a crash loop is tried again: two processes a minute harm nobody
    std::chrono::milliseconds stop_grace{2'000};      ///< at each step of the stop ladder, as MCP SDKs do
    std::chrono::milliseconds drain_timeout{10'000};  ///< for requests in flight when the bridge is stopped
};

}  // namespace bridge::core
