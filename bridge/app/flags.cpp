#include "bridge/app/flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

namespace bridge::app {
namespace {

// --max-children is the effective limit. This one only detects a mistyped number.
constexpr std::size_t most_warm = 10'000;

// No program starts with less memory, so a smaller value has a mistyped unit. No machine has more.
constexpr std::size_t least_child_memory = std::size_t{1} << 20U;
constexpr std::size_t most_child_memory = std::size_t{1} << 50U;
// The system's own maximum (pid_max).
constexpr std::size_t most_child_processes = std::size_t{1} << 22U;

constexpr const char* protection_group = "Protection from the server";
constexpr const char* access_group = "Access";

// Returns the name of a log level as the bridge writes it. "warning" is the word of MCP, Python and syslog.
std::string level_name(std::string given) {
    std::ranges::transform(given, given.begin(), [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return given == "warning" ? "warn" : given;
}

void add_server_options(CLI::App& app, options& chosen, raw_options& raw) {
    const char* const group = "Server";
    app.add_option("command", chosen.command, "The server's command and its arguments")->option_text("COMMAND [ARG...]");
    app.add_option("--config", raw.config,
                   "File that names the server and sets options. Without COMMAND and without --config the bridge reads bridge.json in "
                   "the current directory, if it exists")
        ->envname("MCP_BRIDGE_CONFIG")
        ->group(group)
        ->option_text("FILE");
    app.add_option("--server", raw.server, "The server to run, if the file names several")
        ->envname("MCP_BRIDGE_SERVER")
        ->group(group)
        ->option_text("NAME");
    app.add_option("--env", chosen.environment,
                   "Pass a variable to the server, or set it; 'AWS_*' passes all that match. The server inherits only harmless ones, "
                   "such as PATH, HOME and LANG. May be repeated")
        ->envname("MCP_BRIDGE_ENV")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME[=VALUE]");
    app.add_option("--cwd", chosen.directory, "Run the server in this directory")->envname("MCP_BRIDGE_CWD")->group(group)->option_text("DIR");
    app.add_option("--name", chosen.name, "Name of the server in logs (default: the name of its file)")
        ->envname("MCP_BRIDGE_NAME")
        ->group(group)
        ->option_text("NAME");
}

void add_process_options(CLI::App& app, raw_options& raw) {
    const char* const group = "Server";
    app.add_option("--isolation", raw.isolation,
                   "'session' runs one server process for each client session. 'shared' runs one for all clients: for servers that "
                   "keep no state for a client. 'request' runs a new one for each request")
        ->check(CLI::IsMember({"session", "shared", "request"}).description(""))
        ->envname("MCP_BRIDGE_ISOLATION")
        ->group(group)
        ->option_text("KIND [session]");
    app.add_option("--modern-process", raw.modern_process,
                   "Server processes of clients of 2026-07-28 with 'session': 'key' is one for each key, 'request' one for each request "
                   "(default for clients without a key that are not local)")
        ->check(CLI::IsMember({"key", "request"}).description(""))
        ->envname("MCP_BRIDGE_MODERN_PROCESS")
        ->group(group)
        ->option_text("KIND [key]");
    app.add_option("--child-era", raw.child_era,
                   "'legacy' opens server processes with initialize, 'modern' with server/discover of revision 2026-07-28. 'auto' learns from "
                   "the server's answers what it speaks")
        ->check(CLI::IsMember({"auto", "legacy", "modern"}).description(""))
        ->envname("MCP_BRIDGE_CHILD_ERA")
        ->group(group)
        ->option_text("ERA [auto]");
    app.add_option("--idle-process", raw.idle_process,
                   "'sleep' ends the process of an idle session when --max-children run and another client needs one; the next request "
                   "starts it again. 'keep' does not: for servers that hold data in the process which a client must not lose")
        ->check(CLI::IsMember({"sleep", "keep"}).description(""))
        ->envname("MCP_BRIDGE_IDLE_PROCESS")
        ->group(group)
        ->option_text("KIND [sleep]");
    app.add_option("--warm", raw.warm, "Server processes to start ahead of need, if servers start slowly ('request': 1)")
        ->check(CLI::Range(std::size_t{0}, most_warm).description(""))
        ->envname("MCP_BRIDGE_WARM")
        ->group(group)
        ->option_text("N [0]");
}

void add_protection_options(CLI::App& app, options& chosen, raw_options& raw) {
    const char* const group = protection_group;
    app.add_option("--child-user", raw.child_user,
                   "Run the server as this user, name or id, who cannot read the bridge's files and gains no privileges from setuid "
                   "programs. Needs a bridge that runs as root")
        ->envname("MCP_BRIDGE_CHILD_USER")
        ->group(group)
        ->option_text("USER[:GROUP]");
    app.add_flag("--child-no-new-privileges", chosen.limits.no_new_privileges,
                 "Deny setuid programs their privileges (sudo, Chromium's sandbox) in any case")
        ->envname("MCP_BRIDGE_CHILD_NO_NEW_PRIVILEGES")
        ->group(group);
    app.add_option("--child-memory", chosen.limits.memory_bytes, "Private memory of each process of the server (RLIMIT_DATA); Node.js needs 64MiB")
        ->transform(CLI::AsSizeValue(false).description(""))
        ->check(CLI::Range(least_child_memory, most_child_memory).description(""))
        ->envname("MCP_BRIDGE_CHILD_MEMORY")
        ->group(group)
        ->option_text("SIZE");
    app.add_option("--child-processes", chosen.limits.processes, "Processes and threads of --child-user together (RLIMIT_NPROC); Node.js has 11")
        ->check(CLI::Range(std::size_t{1}, most_child_processes).description(""))
        ->envname("MCP_BRIDGE_CHILD_PROCESSES")
        ->group(group)
        ->option_text("N");
    app.add_flag("--allow-debugging", chosen.allows_debugging,
                 "Let processes of the same user, servers too, read the bridge's memory, keys included: for debuggers and core dumps")
        ->envname("MCP_BRIDGE_ALLOW_DEBUGGING")
        ->group(group);
}

void add_http_options(CLI::App& app, options& chosen, raw_options& raw) {
    const char* const group = "HTTP";
    app.add_option("--host", chosen.host, "Listen on this IP address, or on 127.0.0.1 and ::1 for localhost")
        ->envname("MCP_BRIDGE_HOST")
        ->group(group)
        ->option_text("ADDRESS [127.0.0.1]");
    app.add_option("--port", raw.port, "Port; 0 for any free one (default: FUNCTIONS_CUSTOMHANDLER_PORT, else 7071)")
        ->envname("MCP_BRIDGE_PORT")
        ->group(group)
        ->option_text("PORT");
    app.add_option("--path", chosen.path, "Path of the MCP endpoint")->envname("MCP_BRIDGE_PATH")->group(group)->option_text("PATH [/mcp]");
    app.add_option("--sse-path", chosen.sse_path,
                   "Path of the stream for clients of HTTP+SSE (2024-11-05), who post to 'messages' beside it; 'off' for none")
        ->envname("MCP_BRIDGE_SSE_PATH")
        ->group(group)
        ->option_text("PATH [/sse]");
    app.add_option("--path-prefix", raw.path_prefix,
                   "Prefix that a proxy in front removes from paths, such as /weather; 'forwarded' reads it from X-Forwarded-Prefix")
        ->envname("MCP_BRIDGE_PATH_PREFIX")
        ->group(group)
        ->option_text("PREFIX");
    app.add_option("--replies", raw.replies,
                   "'auto' answers a POST with JSON, or with a stream if messages precede the answer or it takes long. 'json' uses no "
                   "stream: for platforms that break them")
        ->check(CLI::IsMember({"auto", "json"}).description(""))
        ->envname("MCP_BRIDGE_REPLIES")
        ->group(group)
        ->option_text("FORM [auto]");
    app.add_option("--allowed-origin", chosen.allowed_origins,
                   "Let web pages from here, scheme://host[:port], use the bridge (CORS). May be repeated")
        ->envname("MCP_BRIDGE_ALLOWED_ORIGINS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("ORIGIN");
    app.add_option("--allowed-host", chosen.allowed_hosts, "Accept requests for this host name, beside the loopback names. May be repeated")
        ->envname("MCP_BRIDGE_ALLOWED_HOSTS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME");
}

void add_state_options(CLI::App& app, options& chosen) {
    app.add_option(
           "--handover", chosen.handover,
           "Replace the bridge that runs with the same PATH, a Unix socket, without loss: this one gets its port and all new sessions, that one "
           "keeps its own")
        ->envname("MCP_BRIDGE_HANDOVER")
        ->group("HTTP")
        ->option_text("PATH");
    app.add_option("--state-dir", chosen.state_directory,
                   "Remember in this directory what the server said of itself and its era, for a restart of the bridge")
        ->envname("MCP_BRIDGE_STATE_DIR")
        ->group("HTTP")
        ->option_text("DIR");
}

void add_era_options(CLI::App& app, raw_options& raw) {
    app.add_option("--eras", raw.eras,
                   "Clients to serve: 'legacy', which open a session with initialize (up to revision 2025-11-25), 'modern' (2026-07-28), or 'both'")
        ->check(CLI::IsMember({"legacy", "modern", "both"}).description(""))
        ->envname("MCP_BRIDGE_ERAS")
        ->group("HTTP")
        ->option_text("ERAS [both]");
}

void add_access_options(CLI::App& app, options& chosen, raw_options& raw) {
    const char* const group = access_group;
    app.add_option("--key", raw.keys,
                   "Accept only requests with a key; KEY may be sha256:DIGEST. May be repeated. Other users of the machine can read "
                   "arguments until the bridge has started: prefer the variable or --keys-file")
        ->envname("MCP_BRIDGE_KEYS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME=KEY");
    app.add_option("--keys-file", raw.keys_file, "File with a NAME=KEY on each line; SIGHUP makes the bridge read it again")
        ->envname("MCP_BRIDGE_KEYS_FILE")
        ->group(group)
        ->option_text("FILE");
    app.add_option(
           "--state-key", chosen.state_key,
           "Secret of 32 characters or more, by which the questions of a server of 2026-07-28 outlive the bridge, and can be answered at another "
           "instance. Prefer the variable")
        ->envname("MCP_BRIDGE_STATE_KEY")
        ->group(group)
        ->option_text("SECRET");
    app.add_option("--functions-keys", raw.functions_keys,
                   "Keys of Azure Functions: 'personal' if each tells one user from the others, 'shared' if not, such as the key of a gateway")
        ->check(CLI::IsMember({"personal", "shared"}).description(""))
        ->envname("MCP_BRIDGE_FUNCTIONS_KEYS")
        ->group(group)
        ->option_text("KIND [personal]");
    app.add_flag("--allow-anonymous", raw.allow_anonymous, "Listen without keys on an address that other machines can reach")
        ->envname("MCP_BRIDGE_ALLOW_ANONYMOUS")
        ->group(group);
}

void add_log_options(CLI::App& app, options& chosen, raw_options& raw) {
    const char* const group = "Metrics and log";
    app.add_option("--metrics-listen", raw.metrics_listen, "Serve /metrics, /healthz and /readyz here, without keys (ADDRESS: 127.0.0.1)")
        ->envname("MCP_BRIDGE_METRICS_LISTEN")
        ->group(group)
        ->option_text("[ADDRESS:]PORT");
    app.add_flag("--public-metrics", chosen.has_public_metrics, "Serve /metrics on the port of the MCP endpoint too, behind the keys")
        ->envname("MCP_BRIDGE_PUBLIC_METRICS")
        ->group(group);
    app.add_option("--log-level", chosen.log.level, "trace, debug, info, warn, error or off")
        ->transform(CLI::Validator(
            [](std::string& given) {
        given = level_name(given);
        return std::string();
            },
            ""))
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}).description(""))
        ->envname("MCP_BRIDGE_LOG_LEVEL")
        ->group(group)
        ->option_text("LEVEL [info]");
    app.add_option("--log-format", raw.log_format, "text, or json for a JSON object on each line")
        ->check(CLI::IsMember({"text", "json"}).description(""))
        ->envname("MCP_BRIDGE_LOG_FORMAT")
        ->group(group)
        ->option_text("FORMAT [text]");
    app.add_flag("--watch-loop", chosen.watches_loop, "Log turns of the event loop over 20 ms of processor time, or 100 ms in all")
        ->envname("MCP_BRIDGE_WATCH_LOOP")
        ->group(group);
}

}  // namespace

void add_options(CLI::App& app, options& chosen, raw_options& raw) {
    // --version asks for it, and CLI11 would set it only afterwards.
    app.add_flag("--verbose", raw.is_verbose, "With --version: also print the commit, the compiler and the libraries' versions")->trigger_on_parse();
    app.add_flag("--help-limits", raw.wants_limits_help, "List all limits, with defaults and when to change them, and exit");
    app.add_flag("--check-health", raw.checks_health, "Exit with 0 if the bridge with the same --host and --port is well, with 1 if not");
    add_server_options(app, chosen, raw);
    add_process_options(app, raw);
    add_protection_options(app, chosen, raw);
    add_http_options(app, chosen, raw);
    add_era_options(app, raw);
    add_state_options(app, chosen);
    add_access_options(app, chosen, raw);
    add_log_options(app, chosen, raw);
    add_limit_options(app, chosen.bounds, raw.limits);
}

bool is_protection(const CLI::Option& option) {
    return option.get_group() == protection_group || option.get_group() == access_group;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* each : app.get_options()) {
        if (!each->get_lnames().empty()) names.push_back(each->get_lnames().front());
    }
    return names;
}

}  // namespace bridge::app
