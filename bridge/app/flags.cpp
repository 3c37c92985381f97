#include "bridge/app/flags.hpp"

#include <CLI/CLI.hpp>

#include "bridge/app/limit_options.hpp"

namespace bridge::app {
namespace {

// The limit of processes bounds them anyway; this only catches a mistyped number.
constexpr std::size_t most_warm = 10'000;

// Less serves no program, and is a mistyped unit; more is none either.
constexpr std::size_t least_child_memory = std::size_t{1} << 20U;
constexpr std::size_t most_child_memory = std::size_t{1} << 50U;
// The system has no more (pid_max).
constexpr std::size_t most_child_processes = std::size_t{1} << 22U;

void add_server_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "Server process";
    app.add_option("command", to.command, "The server's command and its arguments")->option_text("COMMAND [ARG...]");
    app.add_option("--config", raw.config,
                   "File that names the server and holds options, by their names without dashes. Without a command, bridge.json in the "
                   "current directory is read if it is there")
        ->envname("MCP_BRIDGE_CONFIG")
        ->group(group)
        ->option_text("FILE");
    app.add_option("--server", raw.server, "Which server of the file to host, if it names several")
        ->envname("MCP_BRIDGE_SERVER")
        ->group(group)
        ->option_text("NAME");
    app.add_option("--env", to.environment,
                   "Pass this environment variable on to the server (NAME), or set it (NAME=VALUE). Beyond the usual "
                   "harmless ones (PATH, HOME, LANG, ...) the server gets no other")
        ->envname("MCP_BRIDGE_ENV")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME[=VALUE]");
    app.add_option("--cwd", to.directory, "Directory to run the server in")
        ->envname("MCP_BRIDGE_CWD")
        ->group(group)
        ->option_text("DIR");
    app.add_option("--name", to.name, "The server's name in logs (default: its file name)")
        ->envname("MCP_BRIDGE_NAME")
        ->group(group)
        ->option_text("NAME");
    app.add_option("--isolation", raw.isolation,
                   "Which process serves whom: 'session', one for each client session; 'shared', one for everyone, for "
                   "servers that keep no state per client; 'request', a fresh one for each request")
        ->check(CLI::IsMember({"session", "shared", "request"}).description(""))
        ->envname("MCP_BRIDGE_ISOLATION")
        ->group(group)
        ->option_text("KIND [session]");
    app.add_option("--idle-process", raw.idle_process,
                   "What becomes of the process of an idle session when --max-children run and another client needs one: 'sleep', it "
                   "is ended, and the next request of the session starts one again; 'keep', it stays, for servers that keep "
                   "something in the process that a client must not lose")
        ->check(CLI::IsMember({"sleep", "keep"}).description(""))
        ->envname("MCP_BRIDGE_IDLE_PROCESS")
        ->group(group)
        ->option_text("KIND [sleep]");
    app.add_option("--warm", raw.warm,
                   "Server processes to start ahead, so that a new session does not wait for one to start. They count as "
                   "server processes, but give way to those that are needed")
        ->check(CLI::Range(std::size_t{0}, most_warm).description(""))
        ->envname("MCP_BRIDGE_WARM")
        ->group(group)
        ->option_text("N [0]");
}

void add_protection_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "Protection from the server process";
    app.add_option("--child-user", raw.child_user,
                   "User to run the server as: a name or an id, with :GROUP for another group than its own. Such a process cannot read the "
                   "bridge's files, gets no privileges from setuid programs, and leaves no core dump. Needs a bridge that runs as root")
        ->envname("MCP_BRIDGE_CHILD_USER")
        ->group(group)
        ->option_text("USER[:GROUP]");
    app.add_flag("--child-no-new-privileges", to.limits.no_new_privileges,
                 "Without --child-user too, give a server process no privileges from setuid programs (sudo, ping, Chromium's sandbox), and "
                 "let it leave no core dump")
        ->envname("MCP_BRIDGE_CHILD_NO_NEW_PRIVILEGES")
        ->group(group);
    app.add_option("--child-memory", to.limits.memory_bytes,
                   "Memory that each process of the server may have for itself (RLIMIT_DATA): allocations beyond it fail. Memory that processes "
                   "share does not count. Node.js needs 64MiB to start")
        ->transform(CLI::AsSizeValue(false).description(""))
        ->check(CLI::Range(least_child_memory, most_child_memory).description(""))
        ->envname("MCP_BRIDGE_CHILD_MEMORY")
        ->group(group)
        ->option_text("SIZE");
    app.add_option("--child-processes", to.limits.processes,
                   "Processes and threads that the user of --child-user may have in all, those of all server processes together "
                   "(RLIMIT_NPROC). Node.js has 11 of them")
        ->check(CLI::Range(std::size_t{1}, most_child_processes).description(""))
        ->envname("MCP_BRIDGE_CHILD_PROCESSES")
        ->group(group)
        ->option_text("N");
    app.add_flag("--allow-debugging", to.allows_debugging,
                 "Let other processes of the bridge's user look into the bridge: for debuggers and core dumps. Server processes can then read "
                 "its keys from its memory")
        ->envname("MCP_BRIDGE_ALLOW_DEBUGGING")
        ->group(group);
}

void add_http_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "HTTP";
    app.add_option("--host", to.host, "IP address to listen on")
        ->envname("MCP_BRIDGE_HOST")
        ->group(group)
        ->option_text("ADDRESS [127.0.0.1]");
    app.add_option("--port", raw.port,
                   "Port to listen on; 0 for any free one. Without it FUNCTIONS_CUSTOMHANDLER_PORT counts, then 7071")
        ->envname("MCP_BRIDGE_PORT")
        ->group(group)
        ->option_text("PORT");
    app.add_option("--path", to.path, "Path of the MCP endpoint")
        ->envname("MCP_BRIDGE_PATH")
        ->group(group)
        ->option_text("PATH [/mcp]");
    app.add_option("--sse-path", to.sse_path,
                   "Path of the stream for clients of HTTP+SSE (revision 2024-11-05); 'off' for none")
        ->envname("MCP_BRIDGE_SSE_PATH")
        ->group(group)
        ->option_text("PATH [/sse]");
    app.add_option("--message-path", to.message_path, "Path that those clients are told to post to")
        ->envname("MCP_BRIDGE_MESSAGE_PATH")
        ->group(group)
        ->option_text("PATH [/messages]");
    app.add_option("--replies", raw.replies,
                   "How a POST is answered: 'auto', with JSON, or with a stream of events if more than the answer comes or it takes "
                   "long; 'json', never with a stream, for platforms that break those. Messages beside the answer then need a GET")
        ->check(CLI::IsMember({"auto", "json"}).description(""))
        ->envname("MCP_BRIDGE_REPLIES")
        ->group(group)
        ->option_text("FORM [auto]");
    app.add_option("--allowed-origin", to.allowed_origins,
                   "Web page that may use the bridge (scheme://host[:port]); it gets CORS headers. May be repeated")
        ->envname("MCP_BRIDGE_ALLOWED_ORIGINS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("ORIGIN");
    app.add_option("--allowed-host", to.allowed_hosts,
                   "Host name that requests may be addressed to, beside the loopback names. May be repeated")
        ->envname("MCP_BRIDGE_ALLOWED_HOSTS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME");
}

void add_access_options(CLI::App& app, raw_options& raw) {
    const char* const group = "Access";
    app.add_option("--key", raw.keys,
                   "Key that clients must send, or sha256: and its SHA-256 digest, and a name for its holder. May be repeated. "
                   "Other users of this machine "
                   "can see it on the command line until the bridge has started: prefer the environment or --keys-file")
        ->envname("MCP_BRIDGE_KEYS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME=KEY");
    app.add_option("--keys-file", raw.keys_file, "File with one NAME=KEY on each line; '#' starts a comment. SIGHUP makes the bridge read it again")
        ->envname("MCP_BRIDGE_KEYS_FILE")
        ->group(group)
        ->option_text("FILE");
    app.add_flag("--allow-anonymous", raw.allow_anonymous,
                 "Listen on an address that is not loopback although no key is asked for")
        ->envname("MCP_BRIDGE_ALLOW_ANONYMOUS")
        ->group(group);
}

void add_metrics_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "Metrics";
    app.add_option("--metrics-listen", raw.metrics_listen,
                   "Serve /metrics (Prometheus), /healthz and /readyz on a port of their own, without a key; on 127.0.0.1 if no "
                   "address is given. Port 0 for any free one")
        ->envname("MCP_BRIDGE_METRICS_LISTEN")
        ->group(group)
        ->option_text("[ADDRESS:]PORT");
    app.add_flag("--public-metrics", to.has_public_metrics,
                 "Serve /metrics beside the MCP endpoint too, to whoever has a key, if keys are asked for")
        ->envname("MCP_BRIDGE_PUBLIC_METRICS")
        ->group(group);
}

void add_log_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "Log";
    app.add_option("--log-level", to.log.level, "trace, debug, info, warn, error or off")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
        ->envname("MCP_BRIDGE_LOG_LEVEL")
        ->group(group)
        ->option_text("LEVEL [info]");
    app.add_option("--log-format", raw.log_format, "text, or json for one JSON object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->envname("MCP_BRIDGE_LOG_FORMAT")
        ->group(group)
        ->option_text("FORMAT [text]");
    app.add_flag("--watch-loop", to.watches_loop,
                 "Log what keeps all clients waiting: each turn of the event loop of over 20 ms of processor time, or 100 ms in all")
        ->envname("MCP_BRIDGE_WATCH_LOOP")
        ->group(group);
}

}  // namespace

void add_options(CLI::App& app, options& to, raw_options& raw) {
    add_server_options(app, to, raw);
    add_protection_options(app, to, raw);
    add_http_options(app, to, raw);
    add_access_options(app, raw);
    add_metrics_options(app, to, raw);
    add_log_options(app, to, raw);
    add_limit_options(app, to.bounds);
}

}  // namespace bridge::app
