#include "bridge/app/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <iostream>
#include <map>

#include "bridge/app/help.hpp"
#include "bridge/app/keys.hpp"
#include "bridge/app/limit_options.hpp"

namespace bridge::app {
namespace {

constexpr const char* description =
    "Makes an MCP server that speaks stdio reachable over HTTP, unchanged.\n"
    "Everything behind -- is the server's own command line.";

constexpr const char* examples =
    "Examples:\n"
    "  mcp-bridge -- npx -y @modelcontextprotocol/server-everything\n"
    "  mcp-bridge --isolation shared --port 8080 -- ./my-server --verbose\n"
    "  MCP_BRIDGE_KEYS=alice=long-and-random mcp-bridge --host 0.0.0.0 -- uvx mcp-server-time\n"
    "\n"
    "Every option can be given in the environment instead, under the name in parentheses; the command line wins.\n"
    "Sizes take units (64KiB, 80MiB); times are seconds (0.5, 30).";

// The limit of processes bounds them anyway; this only catches a mistyped number.
constexpr std::size_t most_warm = 10'000;

// Of the text of a mistake, in bytes.
constexpr std::size_t longest_mistake = 4096;

const std::map<std::string, session::isolation> isolations = {{"session", session::isolation::session},
                                                               {"shared", session::isolation::shared},
                                                               {"request", session::isolation::request}};

// What the user typed, before it is checked as a whole.
struct raw_options {
    std::string port;
    std::vector<std::string> keys;
    std::string keys_file;
    std::string isolation = "session";
    std::optional<std::size_t> warm;
    std::string log_format = "text";
    bool allow_anonymous = false;
    std::string metrics_listen;
};

void add_server_options(CLI::App& app, options& to, raw_options& raw) {
    const char* const group = "Server process";
    app.add_option("command", to.command, "The server's command and its arguments")->option_text("COMMAND [ARG...]");
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
        ->check(CLI::IsMember(isolations).description(""))
        ->envname("MCP_BRIDGE_ISOLATION")
        ->group(group)
        ->option_text("KIND [session]");
    app.add_option("--warm", raw.warm,
                   "Server processes to start ahead, so that a new session does not wait for one to start. They count as "
                   "server processes, but give way to those that are needed")
        ->check(CLI::Range(std::size_t{0}, most_warm).description(""))
        ->envname("MCP_BRIDGE_WARM")
        ->group(group)
        ->option_text("N [0]");
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
                   "Key that clients must send, and a name for its holder. May be repeated. Other users of this machine "
                   "can see it on the command line until the bridge has started: prefer the environment or --keys-file")
        ->envname("MCP_BRIDGE_KEYS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME=KEY");
    app.add_option("--keys-file", raw.keys_file, "File with one NAME=KEY on each line; '#' starts a comment")
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
}

[[noreturn]] void reject(const std::string& text) {
    throw CLI::ValidationError(text, 2);
}

bool is_port(const std::string& text) {
    return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string::npos &&
           std::stoul(text) <= 65535;
}

void read_metrics_listen(const std::string& given, options& to) {
    if (given.empty()) return;
    const std::size_t colon = given.rfind(':');
    const std::string port = colon == std::string::npos ? given : given.substr(colon + 1);
    if (!is_port(port)) reject("--metrics-listen: '" + port + "' is not a port number (0 to 65535)");
    to.metrics_port = static_cast<std::uint16_t>(std::stoul(port));
    if (colon == std::string::npos) return;
    to.metrics_host = given.substr(0, colon);
    const bool is_bracketed = to.metrics_host.starts_with('[') && to.metrics_host.ends_with(']');
    if (is_bracketed) to.metrics_host = to.metrics_host.substr(1, to.metrics_host.size() - 2);
    boost::system::error_code error;
    boost::asio::ip::make_address(to.metrics_host, error);
    if (error) reject("--metrics-listen: '" + to.metrics_host + "' is not an IP address");
}

std::uint16_t chosen_port(const std::string& given, bool& on_functions) {
    const char* const assigned = std::getenv("FUNCTIONS_CUSTOMHANDLER_PORT");
    on_functions = assigned != nullptr && *assigned != '\0';
    const std::string text = !given.empty() ? given : on_functions ? assigned : "7071";
    const char* const source = !given.empty() ? "--port" : "FUNCTIONS_CUSTOMHANDLER_PORT";
    if (!is_port(text)) reject(std::string(source) + ": '" + text + "' is not a port number (0 to 65535)");
    return static_cast<std::uint16_t>(std::stoul(text));
}

void check_path(const char* option, const std::string& path) {
    constexpr std::array own_pages = {"/", "/healthz", "/readyz", "/metrics"};
    if (!path.starts_with('/') || std::ranges::count(own_pages, path) > 0 || path.ends_with('/') ||
        path.find_first_of("?# ") != std::string::npos) {
        reject(std::string(option) + ": '" + path +
               "' must start with '/', be more than that, and be none of the bridge's own pages");
    }
}

void check_paths(options& to) {
    check_path("--path", to.path);
    if (to.sse_path == "off") to.sse_path.clear();
    if (to.sse_path.empty()) return;
    check_path("--sse-path", to.sse_path);
    check_path("--message-path", to.message_path);
    if (to.sse_path == to.path || to.message_path == to.path || to.sse_path == to.message_path) {
        reject("--path, --sse-path and --message-path must differ; --sse-path off does without the last two");
    }
}

void complete(options& to, const raw_options& raw) {
    if (to.command.empty() || to.command.front().empty()) reject("the server's command is missing");
    to.isolation = isolations.at(raw.isolation);
    to.warm = raw.warm.value_or(raw.isolation == "request" ? 1 : 0);
    to.log.format = raw.log_format == "json" ? core::log_format::json : core::log_format::text;
    to.port = chosen_port(raw.port, to.on_functions);
    to.log.target = to.on_functions ? core::log_target::split : core::log_target::standard_error;
    check_paths(to);
    read_metrics_listen(raw.metrics_listen, to);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(to.host, error);
    if (error) reject("--host: '" + to.host + "' is not an IP address");
    to.listens_on_loopback = address.is_loopback();
    std::string wrong;
    to.keys = read_keys(raw.keys, raw.keys_file, wrong);
    if (!wrong.empty()) reject(wrong);
    if (!to.listens_on_loopback && to.keys.empty() && !raw.allow_anonymous) {
        reject("refusing to listen on " + to.host +
               " without a key, because whoever reaches it could run the server's tools. Set MCP_BRIDGE_KEYS or "
               "--keys-file, or say --allow-anonymous");
    }
    if (to.name.empty()) to.name = to.command.front().substr(to.command.front().find_last_of('/') + 1);
    for (const std::string& variable : to.environment) {
        if (variable.empty() || variable.front() == '=') reject("--env: a variable has no name");
    }
}

// Wherever `argument` stands in `text`, hides what is behind its first '='.
void hide_value(std::string& text, const std::string& argument) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals + 1 == argument.size()) return;
    const std::string shown = argument.substr(0, equals) + "=***";
    for (std::size_t at = 0; (at = text.find(argument, at)) != std::string::npos; at += shown.size()) text.replace(at, argument.size(), shown);
}

// What is wrong with an argument is told with the argument; what stands behind a '=' in it can be a key.
std::string without_values(std::string text, int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        hide_value(text, argument);
        if (argument.starts_with("--")) hide_value(text, argument.substr(argument.find('=') + 1));
    }
    return text;
}

}  // namespace

parsed parse_options(int argc, const char* const* argv) {
    CLI::App app(description, "mcp-bridge");
    app.footer(examples);
    app.set_version_flag("--version", "mcp-bridge " MCP_BRIDGE_VERSION);
    app.formatter(make_help_formatter());
    options out;
    raw_options raw;
    add_server_options(app, out, raw);
    add_http_options(app, out, raw);
    add_access_options(app, raw);
    add_metrics_options(app, out, raw);
    add_log_options(app, out, raw);
    add_limit_options(app, out.bounds);
    // The server's own command line goes past CLI11, which takes "[a,b]" for a list of two arguments and "[]" for none.
    const char* const* const end = argv + argc;
    const char* const* const mark = std::find(argv + std::min(argc, 1), end, std::string_view("--"));
    try {
        app.parse(static_cast<int>(mark - argv), argv);
        if (mark != end) out.command.insert(out.command.end(), mark + 1, end);
        complete(out, raw);
    } catch (const CLI::Success& done) {
        app.exit(done);
        return {.value = std::nullopt, .exit_code = 0};
    } catch (const CLI::ParseError& error) {
        // It quotes what was given, which may be anything; neither a terminal nor a journal is to take it for more than text.
        std::cerr << "mcp-bridge: " << core::printable(without_values(error.what(), argc, argv), longest_mistake)
                  << "\nTry 'mcp-bridge --help'. The server's own command line stands behind --.\n";
        return {.value = std::nullopt, .exit_code = 2};
    }
    return {.value = std::move(out), .exit_code = 0};
}

}  // namespace bridge::app
