#include "bridge/app/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <span>

#include "bridge/app/file_options.hpp"
#include "bridge/app/flags.hpp"
#include "bridge/app/functions_host.hpp"
#include "bridge/app/help.hpp"
#include "bridge/app/keys.hpp"
#include "bridge/app/nearest_name.hpp"

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

// Of the text of a mistake, in bytes.
constexpr std::size_t longest_mistake = 4096;

const std::map<std::string, session::isolation> isolations = {{"session", session::isolation::session},
                                                               {"shared", session::isolation::shared},
                                                               {"request", session::isolation::request}};

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

std::uint16_t chosen_port(const std::string& given) {
    const char* const assigned = assigned_port();
    const std::string text = !given.empty() ? given : assigned != nullptr ? assigned : "7071";
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
    to.message_path = to.sse_path.substr(0, to.sse_path.rfind('/') + 1) + "messages";
    if (to.sse_path == to.path || to.message_path == to.path || to.sse_path == to.message_path) {
        reject("--sse-path: '" + to.sse_path + "', the path '" + to.message_path +
               "' that follows from it, and --path must differ; choose another one, or turn HTTP+SSE off by --sse-path off");
    }
}

// The name under which the local Functions host is meant to be called.
void add_own_name(options& to) {
    const char* const name = std::getenv("WEBSITE_HOSTNAME");
    if (name != nullptr && *name != '\0') to.allowed_hosts.emplace_back(name);
}

void read_child_user(const std::string& given, options& to) {
    if (given.empty()) {
        if (to.limits.processes != 0) {
            reject("--child-processes: the system counts processes by their user, so this needs a user of the server's own: --child-user");
        }
        return;
    }
    if (geteuid() != 0) reject("--child-user: only a bridge that runs as root can run the server as another user");
    std::ifstream users("/etc/passwd");
    std::ifstream groups("/etc/group");
    std::string wrong;
    to.limits.user = process::find_account(given, users, groups, wrong);
    if (!to.limits.user) reject("--child-user: " + wrong);
}

// What a server is given of this process's environment by name is read now: its values are hidden there soon (see hide_values).
void read_variables(options& to) {
    std::vector<std::string> known;
    for (std::string& each : to.environment) {
        if (each.empty() || each.front() == '=') reject("--env: a variable has no name");
        if (each.find('=') != std::string::npos) {
            known.push_back(std::move(each));
        } else if (const char* value = std::getenv(each.c_str())) {
            to.used_variables.push_back(each);
            known.push_back(each + '=' + value);
        }
    }
    to.environment = std::move(known);
    to.used_variables.insert(to.used_variables.end(), {"MCP_BRIDGE_KEYS", "MCP_BRIDGE_ENV"});
}

void complete(options& to, const raw_options& raw) {
    if (to.command.empty() || to.command.front().empty()) {
        reject("the server's command is missing: give it behind --, or in a file " + std::string(usual_file));
    }
    to.isolation = isolations.at(raw.isolation);
    to.may_sleep = raw.idle_process == "sleep";
    to.streams_replies = raw.replies != "json";
    if (to.before == http::front::local_host) add_own_name(to);
    to.warm = raw.warm.value_or(raw.isolation == "request" ? 1 : 0);
    to.log.format = raw.log_format == "json" ? core::log_format::json : core::log_format::text;
    to.port = chosen_port(raw.port);
    check_paths(to);
    read_metrics_listen(raw.metrics_listen, to);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(to.host, error);
    if (error) reject("--host: '" + to.host + "' is not an IP address");
    to.listens_on_loopback = address.is_loopback();
    std::string wrong;
    to.keys_from = {.given = raw.keys, .file = raw.keys_file};
    to.keys = read_keys(to.keys_from, wrong);
    if (!wrong.empty()) reject(wrong);
    if (std::string weakness = weakness_of(to.keys); !weakness.empty()) to.warnings.push_back(std::move(weakness));
    if (!to.listens_on_loopback && to.keys.empty() && !raw.allow_anonymous) {
        reject("refusing to listen on " + to.host +
               " without a key, because whoever reaches it could run the server's tools. Set MCP_BRIDGE_KEYS or "
               "--keys-file, or say --allow-anonymous");
    }
    if (to.name.empty()) to.name = to.command.front().substr(to.command.front().find_last_of('/') + 1);
    read_variables(to);
    read_child_user(raw.child_user, to);
}

// The file to read, if one is to be read.
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
void apply_file(CLI::App& app, options& to, raw_options& raw, limit_settings& limits, configuration& from) {
    const bool has_port = !raw.port.empty() || assigned_port() != nullptr;
    const std::string port = raw.port;
    const bool has_directory = !to.directory.empty();
    const bool has_keys_file = !raw.keys_file.empty();
    apply_file(app, limits, from);
    if (has_port) raw.port = port;
    server_file& server = from.content;
    if (!has_directory) to.directory = from.seen_from_there(server.directory.empty() ? to.directory : server.directory);
    if (!has_keys_file && !raw.keys_file.empty()) raw.keys_file = from.seen_from_there(raw.keys_file);
    if (to.name.empty()) to.name = server.name;
    const bool is_path = server.command.find('/') != std::string::npos;
    to.command = std::move(server.arguments);
    to.command.insert(to.command.begin(), is_path ? from.seen_from_there(server.command) : server.command);
    to.environment.insert(to.environment.begin(), server.environment.begin(), server.environment.end());
    to.secrets = std::move(server.secrets);
    to.used_variables = std::move(from.variables);
    for (const std::string& each : server.ignored) to.warnings.push_back(from.path + ": " + each + " means nothing here and is ignored");
}

void complete_from(options& to, const raw_options& raw, const std::optional<configuration>& file) {
    try {
        complete(to, raw);
    } catch (const CLI::ParseError& error) {
        reject(file ? located(*file, error.what()) : error.what());
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

// Names the first argument that no option has, and what may be meant.
std::string unknown_argument(const CLI::App& app, std::span<const char* const> arguments, const std::string& otherwise) {
    for (const std::string_view each : arguments) {
        const std::string name(each.substr(0, each.find('=')));
        if (!name.starts_with("--") || app.get_option_no_throw(name) != nullptr) continue;
        if (find_limit(name.substr(2)) != nullptr) return "\"" + name + "\" is not an option; write --limit " + name.substr(2) + "=VALUE";
        std::vector<std::string> names = option_names(app);
        for (std::string& known : names) known.insert(0, "--");
        return unknown_name("an option", name, names, "--help");
    }
    return otherwise;
}

// A mistake quotes what was given, which may be anything; neither a terminal nor a journal may read more than text in it.
parsed refused(const std::string& mistake) {
    std::cerr << "mcp-bridge: " << core::printable(mistake, longest_mistake)
              << "\nTry 'mcp-bridge --help'. The server's own command line stands behind --.\n";
    return {.value = std::nullopt, .exit_code = 2};
}

}  // namespace

parsed parse_options(int argc, const char* const* argv) {
    CLI::App app(description, "mcp-bridge");
    app.footer(notes);
    app.set_version_flag("--version", "mcp-bridge " MCP_BRIDGE_VERSION);
    app.formatter(make_help_formatter());
    options out;
    if (assigned_port() != nullptr) set_up_for_functions(out);
    const core::limits defaults = out.bounds;
    raw_options raw;
    limit_settings limits(out.bounds);
    add_options(app, out, raw);
    // The server's own command line goes past CLI11, which takes "[a,b]" for a list of two arguments and "[]" for none.
    const char* const* const end = argv + argc;
    const char* const* const mark = std::find(argv + std::min(argc, 1), end, std::string_view("--"));
    try {
        app.parse(static_cast<int>(mark - argv), argv);
        if (raw.wants_limits_help) {
            std::cout << limits_help(defaults);
            return {.value = std::nullopt, .exit_code = 0};
        }
        for (const given_limit& each : raw.limits) limits.set(limit_source::command_line, each);
        limits.set_from_environment();
        if (mark != end) out.command.insert(out.command.end(), mark + 1, end);
        std::optional<configuration> file;
        if (const auto path = chosen_file(raw, mark != end || !out.command.empty())) {
            file = read_configuration(*path, raw.server);
            apply_file(app, out, raw, limits, *file);
        }
        complete_from(out, raw, file);
        fit_into_memory(limits, out);
    } catch (const CLI::Success& done) {
        app.exit(done);
        return {.value = std::nullopt, .exit_code = 0};
    } catch (const CLI::ExtrasError& error) {
        return refused(without_values(unknown_argument(app, {argv, mark}, error.what()), argc, argv));
    } catch (const CLI::ParseError& error) {
        return refused(without_values(error.what(), argc, argv));
    }
    return {.value = std::move(out), .exit_code = 0};
}

}  // namespace bridge::app
