#include "bridge/app/file_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "bridge/app/environment_file.hpp"
#include "bridge/app/flags.hpp"
#include "bridge/app/json_lines.hpp"
#include "bridge/app/nearest_name.hpp"
#include "bridge/core/log.hpp"

namespace bridge::app {
namespace {

// No file that a person writes is longer. Without the limit, the bridge would read an endless device for ever.
constexpr std::size_t longest_file = 1024 * 1024;

// The text of a mistake repeats a value, which can be as long as the file.
constexpr std::size_t longest_mistake = 4096;

// Options that choose the file, and options that print something and exit.
constexpr std::array command_line_only = {"config", "server", "help", "help-limits", "version", "verbose", "check-health", "command"};

[[noreturn]] void reject(const std::string& text) {
    throw CLI::ValidationError(text, 2);
}

// Reads the file that `place` names. `place` is empty for the configuration file itself, whose path the user gave.
std::string read_file(const std::string& path, const std::string& place) {
    const std::string named = place.empty() ? path : place + ": " + path;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        const std::string inside = (std::filesystem::path(path) / usual_file).string();
        const bool has_usual = place.empty() && std::filesystem::exists(inside, ignored);
        reject(named + ": is a folder; name a file" + (has_usual ? ", such as " + inside : " in it"));
    }
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in.is_open()) reject(named + ": cannot be read: " + std::strerror(errno));
    std::string text(longest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || !in.eof()) reject(named + ": " + (in.good() ? "is longer than 1 MiB" : "cannot be read"));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

// Returns the folder that relative paths in the file start from. Editors keep a workspace's file in a folder of their own inside the workspace,
// and take the workspace as the folder.
std::string folder_of(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path().lexically_normal();
    const std::string name = folder.filename().string();
    return (name == ".vscode" || name == ".cursor" ? folder.parent_path() : folder).string();
}

// Puts the variables of `envFile` before those of `env`, which win.
void add_environment_file(configuration& file) {
    server_file& server = file.content;
    if (server.environment_file.empty()) return;
    const std::string place = file.line_of(server.environment_file_place) + ": " + server.environment_file_place;
    const std::string path = file.seen_from_there(server.environment_file);
    environment_file read = read_environment_file(read_file(path, place));
    if (read.mistaken_line != 0) {
        reject(place + ": " + path + ':' + std::to_string(read.mistaken_line) + ": is not NAME=VALUE, or its quotation mark has no end");
    }
    const auto is_withheld = [&server](const std::string& each) { return std::ranges::count(server.withheld, each.substr(0, each.find('='))) > 0; };
    std::erase_if(read.variables, is_withheld);
    server.environment.insert(server.environment.begin(), read.variables.begin(), read.variables.end());
}

std::optional<std::string> variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool is_command_line_only(const std::string& name) {
    return std::ranges::count(command_line_only, name) > 0;
}

[[noreturn]] void reject_unknown(const CLI::App& app, const std::string& place, const std::string& name) {
    if (name == "limit" || name == "limits")
        reject(place + ": \"" + name + "\" is not an option here; write \"limits\" beside \"options\", not inside");
    if (find_limit(name) != nullptr) reject(place + ": \"" + name + "\" is a limit, not an option; move it from \"options\" to \"limits\"");
    std::vector<std::string> names = option_names(app);
    std::erase_if(names, is_command_line_only);
    reject(place + ": " + unknown_name("an option", name, names, "--help"));
}

CLI::Option& option_of(CLI::App& app, const std::string& place, const std::string& name) {
    if (is_command_line_only(name)) reject(place + ": \"" + name + "\" works on the command line only; remove it from the file");
    const bool is_name = !name.empty() && !name.starts_with('-') && name != "limit";
    CLI::Option* const found = is_name ? app.get_option_no_throw("--" + name) : nullptr;
    if (found == nullptr) reject_unknown(app, place, name);
    return *found;
}

std::string without(const std::vector<std::string>& secrets, const std::string& text) {
    core::redactor hidden;
    for (const std::string& each : secrets) hidden.add(each);
    return hidden.shown(text, longest_mistake);
}

void set_option(CLI::Option& option, const server_file::setting& setting) {
    const bool is_repeatable = option.get_expected_max() > 1;
    if (setting.is_list && !is_repeatable) reject("takes one value, not an array");
    // Each element of an array is one value, even if it contains commas.
    const char delimiter = option.get_delimiter();
    if (setting.is_list) option.delimiter('\0');
    option.add_result(setting.values);
    option.delimiter(delimiter);
    if (option.count() != 0) option.run_callback();
}

// An empty text counts as no value, as in the environment.
bool is_empty(const server_file::setting& one) {
    return !one.is_list && one.values.front().empty();
}

void set_limit(limit_settings& limits, const std::string& line, const std::string& label, const server_file::setting& setting) {
    if (setting.is_list) reject(line + ": " + label + ": takes one value, not an array");
    try {
        limits.set(limit_source::file, {.place = line, .label = label, .name = setting.name, .value = setting.values.front()});
    } catch (const CLI::ParseError& error) {
        reject(without(setting.put_in, error.what()));
    }
}

// True if the value of the file is the one that counts.
bool apply_setting(CLI::App& app, limit_settings& limits, const configuration& file, const server_file::setting& setting) {
    const std::string label = "options." + setting.name;
    const std::string line = file.line_of(label);
    const limit* const limited = find_limit(setting.name);
    if (limited != nullptr && limited->has_option) {
        if (!is_empty(setting)) set_limit(limits, line, label, setting);
        return true;
    }
    CLI::Option& option = option_of(app, line, setting.name);
    if (option.count() != 0 || is_empty(setting)) return false;
    try {
        set_option(option, setting);
    } catch (const CLI::ParseError& error) {
        // CLI11 puts the name of the option in front of some mistakes.
        std::string mistake = error.what();
        if (mistake.starts_with("--" + setting.name + ": ")) mistake.erase(0, setting.name.size() + 4);
        reject(line + ": " + label + ": " + without(setting.put_in, mistake));
    }
    return true;
}

}  // namespace

std::string configuration::seen_from_there(const std::string& named) const {
    return (std::filesystem::path(folder) / named).lexically_normal().string();
}

std::string configuration::line_of(const std::string& member) const {
    const std::size_t line = line_of_member(text, member);
    return line == 0 ? path : path + ':' + std::to_string(line);
}

configuration read_configuration(const std::string& path, const std::string& wanted) {
    std::string text = read_file(path, {});
    std::vector<std::string> used;
    const auto look_up = [&used](const std::string& name) {
        used.push_back(name);
        return variable(name);
    };
    std::string folder = folder_of(path);
    std::variant<server_file, file_mistake> read = read_server_file(text, wanted, {.variables = look_up, .workspace = folder});
    if (const auto* mistake = std::get_if<file_mistake>(&read)) {
        const std::string line = mistake->line == 0 ? std::string() : ':' + std::to_string(mistake->line);
        reject(path + line + ": " + mistake->place + ": " + mistake->text);
    }
    configuration out{.path = path,
                      .text = std::move(text),
                      .folder = std::move(folder),
                      .content = std::get<server_file>(std::move(read)),
                      .variables = std::move(used)};
    add_environment_file(out);
    return out;
}

void apply_file(CLI::App& app, limit_settings& limits, configuration& file) {
    std::erase_if(file.content.settings, [&](const server_file::setting& each) { return !apply_setting(app, limits, file, each); });
    for (const server_file::setting& each : file.content.limits) {
        const std::string label = "limits." + each.name;
        if (!is_empty(each)) set_limit(limits, file.line_of(label), label, each);
    }
}

std::string located(const configuration& file, const std::string& mistake) {
    for (const server_file::setting& each : file.content.settings) {
        const std::string name = "--" + each.name;
        const std::string label = "options." + each.name;
        if (mistake.starts_with(name + ':')) return file.line_of(label) + ": " + label + without(each.put_in, mistake.substr(name.size()));
    }
    return mistake;
}

}  // namespace bridge::app
