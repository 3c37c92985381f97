#include "bridge/app/file_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "bridge/core/log.hpp"

namespace bridge::app {
namespace {

// No file that a person writes is longer, and a device that never ends must not be read for ever.
constexpr std::size_t longest_file = 1024 * 1024;

// A mistake repeats a value, which can be as long as the file.
constexpr std::size_t longest_mistake = 4096;

// Options that say where the rest stands.
constexpr std::array own_names = {"config", "server", "help", "version", "command"};

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

// How many characters have to be changed, added or left out to make `a` of `b` (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
        }
    }
    return row.back();
}

// The option that was meant, for a hint; empty if none is like it.
std::string nearest(const CLI::App& app, const std::string& name) {
    constexpr std::size_t unlike = 4;
    std::size_t least = unlike;
    std::string out;
    if (name.size() > 100) return out;
    for (const CLI::Option* each : app.get_options()) {
        if (each->get_lnames().empty() || std::ranges::count(own_names, each->get_lnames().front()) > 0) continue;
        const std::size_t far = distance(name, each->get_lnames().front());
        if (far < least) out = each->get_lnames().front();
        least = std::min(far, least);
    }
    return out;
}

CLI::Option& option_of(CLI::App& app, const std::string& place, const std::string& name) {
    if (std::ranges::count(own_names, name) > 0) reject(place + ": stands on the command line or in the environment only");
    CLI::Option* const found = name.empty() || name.starts_with('-') ? nullptr : app.get_option_no_throw("--" + name);
    if (found != nullptr) return *found;
    const std::string like = nearest(app, name);
    reject(place + ": there is no such option" + (like.empty() ? "" : "; is '" + like + "' meant?"));
}

std::string without(const std::vector<std::string>& secrets, const std::string& text) {
    core::redactor hidden;
    for (const std::string& each : secrets) hidden.add(each);
    return hidden.shown(text, longest_mistake);
}

void give(CLI::Option& to, const server_file::setting& what) {
    const bool is_repeatable = to.get_expected_max() > 1;
    if (what.is_list && !is_repeatable) reject("takes one value, not an array");
    // Each member of an array is a value as it is, with its commas.
    const char delimiter = to.get_delimiter();
    if (what.is_list) to.delimiter('\0');
    to.add_result(what.values);
    to.delimiter(delimiter);
    if (to.count() != 0) to.run_callback();
}

}  // namespace

std::string configuration::seen_from_there(const std::string& named) const {
    return (std::filesystem::path(folder) / named).lexically_normal().string();
}

configuration read_configuration(const std::string& path, const std::string& wanted) {
    const std::string text = read_file(path);
    std::vector<std::string> used;
    const auto look_up = [&used](const std::string& name) {
        used.push_back(name);
        return variable(name);
    };
    std::variant<server_file, file_mistake> read = read_server_file(text, wanted, look_up);
    if (const auto* mistake = std::get_if<file_mistake>(&read)) reject(path + ": " + mistake->text);
    return {.path = path,
            .folder = std::filesystem::absolute(path).parent_path().lexically_normal().string(),
            .content = std::get<server_file>(std::move(read)),
            .variables = std::move(used)};
}

void feed(CLI::App& app, configuration& from) {
    std::erase_if(from.content.settings, [&](const server_file::setting& each) {
        const std::string place = from.path + ": options." + each.name;
        CLI::Option& to = option_of(app, place, each.name);
        // An empty text is no value, as in the environment.
        const bool is_empty = !each.is_list && each.values.front().empty();
        if (to.count() != 0 || is_empty) return true;
        try {
            give(to, each);
        } catch (const CLI::ParseError& error) {
            reject(place + ": " + without(each.put_in, error.what()));
        }
        return false;
    });
}

std::string located(const configuration& from, const std::string& mistake) {
    for (const server_file::setting& each : from.content.settings) {
        const std::string name = "--" + each.name;
        if (mistake.starts_with(name + ':')) return from.path + ": options." + each.name + without(each.put_in, mistake.substr(name.size()));
    }
    return mistake;
}

}  // namespace bridge::app
