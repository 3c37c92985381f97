#include "bridge/app/file_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bridge/app/flags.hpp"
#include "bridge/app/json_lines.hpp"
#include "bridge/app/nearest_name.hpp"
#include "bridge/core/log.hpp"

namespace bridge::app {
namespace {

// No file that a person writes is longer, and a device that never ends must not be read for ever.
constexpr std::size_t longest_file = 1024 * 1024;

// A mistake repeats a value, which can be as long as the file.
constexpr std::size_t longest_mistake = 4096;

// Options that choose the file, or print something and exit.
constexpr std::array command_line_only = {"config", "server", "help", "help-limits", "version", "command"};

[[noreturn]] void reject(const std::string& text) {
    throw CLI::ValidationError(text, 2);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(longest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || !in.eof()) reject(path + ": " + (in.is_open() && in.good() ? "is longer than 1 MiB" : "cannot be read"));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

std::optional<std::string> variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool is_command_line_only(const std::string& name) {
    return std::ranges::count(command_line_only, name) > 0;
}

[[noreturn]] void reject_unknown(const CLI::App& app, const std::string& place, const std::string& name) {
    if (name == "limit" || name == "limits") reject(place + ": \"" + name + "\" is not an option here; write \"limits\" beside \"options\", not inside");
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

void set_option(CLI::Option& to, const server_file::setting& from) {
    const bool is_repeatable = to.get_expected_max() > 1;
    if (from.is_list && !is_repeatable) reject("takes one value, not an array");
    // Each member of an array is a value as it is, with its commas.
    const char delimiter = to.get_delimiter();
    if (from.is_list) to.delimiter('\0');
    to.add_result(from.values);
    to.delimiter(delimiter);
    if (to.count() != 0) to.run_callback();
}

// An empty text is no value, as in the environment.
bool is_empty(const server_file::setting& one) {
    return !one.is_list && one.values.front().empty();
}

void set_limit(limit_settings& to, const std::string& line, const std::string& label, const server_file::setting& from) {
    if (from.is_list) reject(line + ": " + label + ": takes one value, not an array");
    try {
        to.set(limit_source::file, {.place = line, .label = label, .name = from.name, .value = from.values.front()});
    } catch (const CLI::ParseError& error) {
        reject(without(from.put_in, error.what()));
    }
}

// Whether the file's value is the one that counts.
bool apply_setting(CLI::App& app, limit_settings& limits, const configuration& from, const server_file::setting& setting) {
    const std::string label = "options." + setting.name;
    const std::string line = from.line_of(label);
    const limit* const limited = find_limit(setting.name);
    if (limited != nullptr && limited->has_option) {
        if (!is_empty(setting)) set_limit(limits, line, label, setting);
        return true;
    }
    CLI::Option& to = option_of(app, line, setting.name);
    if (to.count() != 0 || is_empty(setting)) return false;
    try {
        set_option(to, setting);
    } catch (const CLI::ParseError& error) {
        // CLI11 puts the option's name before some of its mistakes.
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
    std::string text = read_file(path);
    std::vector<std::string> used;
    const auto look_up = [&used](const std::string& name) {
        used.push_back(name);
        return variable(name);
    };
    std::variant<server_file, file_mistake> read = read_server_file(text, wanted, look_up);
    if (const auto* mistake = std::get_if<file_mistake>(&read)) {
        const std::string line = mistake->line == 0 ? std::string() : ':' + std::to_string(mistake->line);
        reject(path + line + ": " + mistake->place + ": " + mistake->text);
    }
    return {.path = path,
            .text = std::move(text),
            .folder = std::filesystem::absolute(path).parent_path().lexically_normal().string(),
            .content = std::get<server_file>(std::move(read)),
            .variables = std::move(used)};
}

void apply_file(CLI::App& app, limit_settings& limits, configuration& from) {
    std::erase_if(from.content.settings, [&](const server_file::setting& each) { return !apply_setting(app, limits, from, each); });
    for (const server_file::setting& each : from.content.limits) {
        const std::string label = "limits." + each.name;
        if (!is_empty(each)) set_limit(limits, from.line_of(label), label, each);
    }
}

std::string located(const configuration& from, const std::string& mistake) {
    for (const server_file::setting& each : from.content.settings) {
        const std::string name = "--" + each.name;
        const std::string label = "options." + each.name;
        if (mistake.starts_with(name + ':')) return from.line_of(label) + ": " + label + without(each.put_in, mistake.substr(name.size()));
    }
    return mistake;
}

}  // namespace bridge::app
