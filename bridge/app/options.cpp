#include "bridge/app/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <span>

#include "bridge/app/argument_mistakes.hpp"
#include "bridge/app/file_options.hpp"
#include "bridge/app/flags.hpp"
#include "bridge/app/functions_host.hpp"
#include "bridge/app/health_check.hpp"
#include "bridge/app/help.hpp"
#include "bridge/app/keys.hpp"
#include "bridge/app/passed_variables.hpp"
#include "bridge/app/unknown_variables.hpp"
#include "bridge/app/vault_reference.hpp"
#include "bridge/app/version_text.hpp"
#include "bridge/http/listen_addresses.hpp"
#include "bridge/http/path_prefix.hpp"

namespace bridge::app {
namespace {

constexpr const char* description = "Runs an MCP server that speaks stdio, unchanged, and serves it over HTTP.";

constexpr const char* notes =
    "[..] is the default. SIZE is in bytes, or has a unit (64KiB, 80MiB). SECONDS may have a fraction (0.5, 30).\n"
    "\n"
    "Each option has an environment variable: MCP_BRIDGE_MAX_SESSIONS for --max-sessions, or the one in parentheses. Commas\n"
    "separate repeated values. The command line wins over the environment, and the environment wins over bridge.json:\n"
    "  { \"mcpServers\": { \"time\": { \"command\": \"uvx\", \"args\": [\"mcp-server-time\"], \"env\": { \"TOKEN\": \"${TOKEN}\" } } },\n"
    "    \"options\": { \"isolation\": \"shared\", \"request-timeout\": 60 }, \"limits\": { \"max-batch\": 200 } }\n"
    "\n"
    "Examples:\n"
    "  mcp-bridge -- npx -y @modelcontextprotocol/server-everything\n"
    "  mcp-bridge --isolation shared --port 8080 -- ./my-server --verbose\n"
    "  MCP_BRIDGE_KEYS=alice=long-and-random mcp-bridge --host 0.0.0.0 -- uvx mcp-server-time";

// A client that has a sealed state can try secrets without asking the bridge.
constexpr std::size_t shortest_state_key = 32;

// Longest text of a mistake, in bytes.
constexpr std::size_t longest_mistake = 4096;

const std::map<std::string, session::isolation> isolations = {
    {"session", session::isolation::session}, {"shared", session::isolation::shared}, {"request", session::isolation::request}};

[[noreturn]] void reject(const std::string& text) {
    throw CLI::ValidationError(text, 2);
}

bool is_port(const std::string& text) {
    return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string::npos && std::stoul(text) <= 65535;
}

void check_host(const std::string& option, const std::string& host) {
    if (!http::listen_addresses(host).empty()) return;
    reject(option + ": '" + host + "' is neither an IP address of this machine nor localhost; 0.0.0.0 stands for all its addresses");
}

void read_metrics_listen(const std::string& given, options& chosen) {
    if (given.empty()) return;
    const std::size_t colon = given.rfind(':');
    const std::string port = colon == std::string::npos ? given : given.substr(colon + 1);
    if (!is_port(port)) reject("--metrics-listen: '" + port + "' is not a port number (0 to 65535)");
    chosen.metrics_port = static_cast<std::uint16_t>(std::stoul(port));
    if (colon == std::string::npos) return;
    chosen.metrics_host = given.substr(0, colon);
    const bool is_bracketed = chosen.metrics_host.starts_with('[') && chosen.metrics_host.ends_with(']');
    if (is_bracketed) chosen.metrics_host = chosen.metrics_host.substr(1, chosen.metrics_host.size() - 2);
    check_host("--metrics-listen", chosen.metrics_host);
}

std::uint16_t chosen_port(const std::string& given) {
    const char* const assigned = assigned_port();
    const std::string text = !given.empty() ? given : assigned != nullptr ? assigned : "7071";
    const char* const source = !given.empty() ? "--port" : "FUNCTIONS_CUSTOMHANDLER_PORT";
    if (!is_port(text)) reject(std::string(source) + ": '" + text + "' is not a port number (0 to 65535)");
    return static_cast<std::uint16_t>(std::stoul(text));
}

void check_path(const char* option, const std::string& path) {
    constexpr std::array own_pages = {"/", "/healthz", "/readyz", "/metrics"};
    if (!path.starts_with('/') || std::ranges::count(own_pages, path) > 0 || path.ends_with('/') || path.find_first_of("?# ") != std::string::npos) {
        reject(std::string(option) + ": '" + path + "' must start with '/', be more than that, and be none of the bridge's own pages");
    }
}

void check_paths(options& chosen) {
    check_path("--path", chosen.path);
    if (chosen.sse_path == "off") chosen.sse_path.clear();
    if (chosen.sse_path.empty()) return;
    check_path("--sse-path", chosen.sse_path);
    chosen.message_path = chosen.sse_path.substr(0, chosen.sse_path.rfind('/') + 1) + "messages";
    if (chosen.sse_path == chosen.path || chosen.message_path == chosen.path || chosen.sse_path == chosen.message_path) {
        reject("--sse-path: '" + chosen.sse_path + "', the path '" + chosen.message_path +
               "' that follows from it, and --path must differ; choose another one, or turn HTTP+SSE off by --sse-path off");
    }
}

void read_path_prefix(const std::string& given, options& chosen) {
    chosen.trusts_forwarded_prefix = given == "forwarded";
    if (given.empty() || chosen.trusts_forwarded_prefix) return;
    const std::optional<std::string_view> prefix = http::read_path_prefix(given);
    if (!prefix) {
        reject("--path-prefix: '" + given + "' must be the word forwarded, or begin with one '/' and have only the characters of a path (at most " +
               std::to_string(http::longest_path_prefix) + ")");
    }
    chosen.path_prefix = *prefix;
}

// Adds the host name by which clients call the local Functions host.
void add_own_name(options& chosen) {
    const char* const name = std::getenv("WEBSITE_HOSTNAME");
    if (name != nullptr && *name != '\0') chosen.allowed_hosts.emplace_back(name);
}

void read_child_user(const std::string& given, options& chosen) {
    if (given.empty()) {
        if (chosen.limits.processes != 0) {
            reject("--child-processes: the system counts processes by their user, so this needs a user of the server's own: --child-user");
        }
        return;
    }
    if (geteuid() != 0) reject("--child-user: only a bridge that runs as root can run the server as another user");
    std::ifstream users("/etc/passwd");
    std::ifstream groups("/etc/group");
    std::string wrong;
    chosen.limits.user = process::find_account(given, users, groups, wrong);
    if (!chosen.limits.user) reject("--child-user: " + wrong);
}

// The sockets that systemd opened replace those that --host, --port and --metrics-listen name.
void read_activated_sockets(options& chosen) {
    std::string wrong;
    chosen.sockets = acquire_activated_sockets(wrong);
    if (!wrong.empty()) reject(wrong);
    if (!chosen.sockets.metrics.empty()) {
        const auto& endpoint = chosen.sockets.metrics.front().endpoint;
        chosen.metrics_host = endpoint.address().to_string();
        chosen.metrics_port = endpoint.port();
    }
    const std::vector<http::given_socket>& clients = chosen.sockets.clients;
    if (clients.empty()) return;
    const auto is_loopback = [](const http::given_socket& each) { return each.endpoint.address().is_loopback(); };
    chosen.listens_on_loopback = std::ranges::all_of(clients, is_loopback);
    // If an address is reachable for others, the text that refuses it names it.
    const auto shown = std::ranges::find_if_not(clients, is_loopback);
    const auto& endpoint = (shown == clients.end() ? clients.front() : *shown).endpoint;
    chosen.host = endpoint.address().to_string();
    chosen.port = endpoint.port();
}

void complete(options& chosen, const raw_options& raw) {
    if (chosen.command.empty() || chosen.command.front().empty()) {
        reject("the server's command is missing: give it behind --, or in a file " + std::string(usual_file));
    }
    chosen.isolation = isolations.at(raw.isolation);
    chosen.serves_legacy = raw.eras != "modern";
    chosen.serves_modern = raw.eras != "legacy";
    if (!chosen.serves_legacy) chosen.sse_path.clear();
    if (raw.child_era != "auto") chosen.child_era = raw.child_era == "modern" ? mcp::era::modern : mcp::era::legacy;
    if (!raw.modern_process.empty()) chosen.process_of_modern = raw.modern_process == "key" ? modern_process::key : modern_process::request;
    if (raw.functions_keys == "shared") chosen.platform.has_personal_keys = false;
    chosen.may_sleep = raw.idle_process == "sleep";
    chosen.streams_replies = raw.replies != "json";
    if (chosen.before == http::front::local_host) add_own_name(chosen);
    chosen.warm = raw.warm.value_or(raw.isolation == "request" ? 1 : 0);
    chosen.log.format = raw.log_format == "json" ? core::log_format::json : core::log_format::text;
    chosen.port = chosen_port(raw.port);
    check_paths(chosen);
    read_path_prefix(raw.path_prefix, chosen);
    read_metrics_listen(raw.metrics_listen, chosen);
    check_host("--host", chosen.host);
    chosen.listens_on_loopback = http::is_loopback_host(chosen.host);
    read_activated_sockets(chosen);
    std::string wrong;
    chosen.keys_from = {.given = raw.keys, .file = raw.keys_file};
    chosen.keys = read_keys(chosen.keys_from, wrong);
    if (!wrong.empty()) reject(wrong);
    if (std::string weakness = weakness_of(chosen.keys); !weakness.empty()) chosen.warnings.push_back(std::move(weakness));
    // The roles of a new app can take minutes to work, so this is no reason to serve nothing.
    if (is_unresolved_reference(chosen.state_key)) {
        chosen.state_key.clear();
        chosen.warnings.push_back("MCP_BRIDGE_STATE_KEY " + std::string(advice_on_references) + ". Until then the bridge uses a random secret");
    }
    if (!chosen.state_key.empty() && chosen.state_key.size() < shortest_state_key) {
        reject("--state-key: the secret is shorter than " + std::to_string(shortest_state_key) +
               " characters; `openssl rand -hex 24` makes a good one");
    }
    if (!chosen.listens_on_loopback && chosen.keys.empty() && !raw.allow_anonymous) {
        reject("refusing to listen on " + chosen.host +
               " without a key, because whoever reaches it could run the server's tools. Set MCP_BRIDGE_KEYS or "
               "--keys-file, or set --allow-anonymous");
    }
    if (chosen.name.empty()) chosen.name = chosen.command.front().substr(chosen.command.front().find_last_of('/') + 1);
    read_passed_variables(chosen);
    chosen.used_variables.insert(chosen.used_variables.end(), {"MCP_BRIDGE_KEYS", "MCP_BRIDGE_STATE_KEY", "MCP_BRIDGE_ENV"});
    read_child_user(raw.child_user, chosen);
}

// Returns the path of the file to read, or nothing.
std::optional<std::string> chosen_file(const raw_options& raw, bool has_command) {
    if (has_command) {
        if (!raw.config.empty()) reject("--config names a file with a server in it, but the command line names a server too");
        if (!raw.server.empty()) reject("--server chooses among the servers of a file, but the command line names one");
        return std::nullopt;
    }
    if (!raw.config.empty()) return raw.config;
    std::error_code ignored;
    if (std::filesystem::exists(usual_file, ignored)) return usual_file;
    if (!raw.server.empty()) reject("--server: there is no " + std::string(usual_file) + " here to choose a server from");
    return std::nullopt;
}

// Sets the server from the file, and the options that no other source has set.
void apply_file(CLI::App& app, options& chosen, raw_options& raw, limit_settings& limits, configuration& file) {
    const bool has_port = !raw.port.empty() || assigned_port() != nullptr;
    const std::string port = raw.port;
    const bool has_directory = !chosen.directory.empty();
    const bool has_keys_file = !raw.keys_file.empty();
    const bool has_handover = !chosen.handover.empty();
    const bool has_state_directory = !chosen.state_directory.empty();
    apply_file(app, limits, file);
    if (has_port) raw.port = port;
    server_file& server = file.content;
    if (!has_directory) chosen.directory = file.seen_from_there(server.directory.empty() ? chosen.directory : server.directory);
    if (!has_keys_file && !raw.keys_file.empty()) raw.keys_file = file.seen_from_there(raw.keys_file);
    if (!has_handover && !chosen.handover.empty()) chosen.handover = file.seen_from_there(chosen.handover);
    if (!has_state_directory && !chosen.state_directory.empty()) chosen.state_directory = file.seen_from_there(chosen.state_directory);
    if (chosen.name.empty()) chosen.name = server.name;
    const bool is_path = server.command.find('/') != std::string::npos;
    chosen.command = std::move(server.arguments);
    chosen.command.insert(chosen.command.begin(), is_path ? file.seen_from_there(server.command) : server.command);
    chosen.environment.insert(chosen.environment.begin(), server.environment.begin(), server.environment.end());
    chosen.withheld = std::move(server.withheld);
    chosen.secrets = std::move(server.secrets);
    chosen.used_variables = std::move(file.variables);
    for (const std::string& each : server.ignored) chosen.warnings.push_back(file.path + ": " + each + " means nothing here and is ignored");
}

void complete_from(options& chosen, const raw_options& raw, const std::optional<configuration>& file) {
    try {
        complete(chosen, raw);
    } catch (const CLI::ParseError& error) {
        reject(file ? located(*file, error.what()) : error.what());
    }
}

// Asks the bridge that was started with these options.
parsed check_health(const options& chosen, const raw_options& raw) {
    check_host("--host", chosen.host);
    const std::string wrong = sickness_of(chosen.host, chosen_port(raw.port));
    if (!wrong.empty()) std::cerr << "mcp-bridge: " << wrong << '\n';
    return {.value = std::nullopt, .exit_code = wrong.empty() ? 0 : 1};
}

// A mistake quotes the given values, which may be anything. It must contain only printable text for a terminal or a journal.
parsed refused(const std::string& mistake) {
    std::cerr << "mcp-bridge: " << core::printable(mistake, longest_mistake)
              << "\nTry 'mcp-bridge --help'. Write the server's own command line behind --.\n";
    return {.value = std::nullopt, .exit_code = 2};
}

// The text for arguments that are no options. `arguments` are those before `--`.
std::string unexpected(const CLI::App& app, std::span<const char* const> arguments, std::span<const char* const> all, const std::string& otherwise) {
    if (const auto corrected = with_forgotten_mark(app, all)) {
        return "the server's command line must stand behind --, because it has options of its own; write: " + *corrected;
    }
    return unknown_argument(app, arguments, otherwise);
}

// CLI11 from 2.4 on ignores a variable whose value a validator rejects, so the mistake would stay unseen. This function throws what earlier versions
// throw.
void refuse_rejected_variables(CLI::App& app) {
    for (CLI::Option* const each : app.get_options()) {
        const std::string name = each->get_envname();
        const char* const value = name.empty() ? nullptr : std::getenv(name.c_str());
        if (each->count() != 0 || value == nullptr || *value == '\0') continue;
        each->add_result(value);
        each->run_callback();
    }
}

}  // namespace

parsed parse_options(int argc, const char* const* argv) {
    CLI::App app(description, "mcp-bridge");
    app.footer(notes);
    app.formatter(make_help_formatter());
    options out;
    if (assigned_port() != nullptr) set_up_for_functions(out);
    forget_service_link();
    const core::limits defaults = out.bounds;
    raw_options raw;
    app.set_version_flag("--version", [&raw] { return version_text(raw.is_verbose); });
    limit_settings limits(out.bounds);
    add_options(app, out, raw);
    // The server's own command line bypasses CLI11, which would parse "[a,b]" as a list of two arguments and "[]" as none.
    const std::span<const char* const> all(argv, static_cast<std::size_t>(argc));
    const char* const* const end = argv + argc;
    const char* const* const mark = std::find(argv + std::min(argc, 1), end, std::string_view("--"));
    try {
        app.parse(static_cast<int>(mark - argv), argv);
        refuse_rejected_variables(app);
        // Many servers have such an option, and a user may have forgotten the mark before the server's command line.
        if (raw.is_verbose) return refused(without_values(unexpected(app, {argv, mark}, all, "--verbose needs --version beside it"), all));
        if (raw.wants_limits_help) {
            std::cout << limits_help(defaults);
            return {.value = std::nullopt, .exit_code = 0};
        }
        for (const given_limit& each : raw.limits) limits.set(limit_source::command_line, each);
        limits.set_from_environment();
        out.warnings = unknown_variables(app);
        if (mark != end) out.command.insert(out.command.end(), mark + 1, end);
        std::optional<configuration> file;
        if (const auto path = chosen_file(raw, mark != end || !out.command.empty())) {
            file = read_configuration(*path, raw.server);
            apply_file(app, out, raw, limits, *file);
        }
        if (raw.checks_health) return check_health(out, raw);
        complete_from(out, raw, file);
        fit_into_memory(limits, out);
    } catch (const CLI::Success& done) {
        app.exit(done);
        return {.value = std::nullopt, .exit_code = 0};
    } catch (const CLI::ExtrasError& error) {
        return refused(without_values(unexpected(app, {argv, mark}, all, error.what()), all));
    } catch (const CLI::ParseError& error) {
        return refused(without_values(error.what(), all));
    }
    return {.value = std::move(out), .exit_code = 0};
}

}  // namespace bridge::app
