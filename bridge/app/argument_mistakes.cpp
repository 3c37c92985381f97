#include "bridge/app/argument_mistakes.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "bridge/app/flags.hpp"
#include "bridge/app/limit_table.hpp"
#include "bridge/app/nearest_name.hpp"

namespace bridge::app {
namespace {

// Hides the text behind the first '=' of `argument`, wherever `argument` occurs in `text`.
void hide_value(std::string& text, const std::string& argument) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals + 1 == argument.size()) return;
    const std::string shown = argument.substr(0, equals) + "=***";
    for (std::size_t at = 0; (at = text.find(argument, at)) != std::string::npos; at += shown.size()) text.replace(at, argument.size(), shown);
}

const CLI::Option* option_of(const CLI::App& app, std::string_view argument) {
    return argument.starts_with('-') ? app.get_option_no_throw(std::string(argument.substr(0, argument.find('=')))) : nullptr;
}

// True if the value of this option is the next argument.
bool precedes_value(const CLI::Option* option, std::string_view argument) {
    return option != nullptr && option->get_items_expected_max() > 0 && argument.find('=') == std::string_view::npos;
}

// Returns the position of the server's command, the first argument that is neither an option nor the value of one. Arguments from there on
// belong to the server.
std::size_t position_of_command(const CLI::App& app, std::span<const char* const> arguments) {
    std::size_t at = 1;
    while (at < arguments.size()) {
        const std::string_view each = arguments[at];
        if (!each.starts_with('-')) break;
        at += precedes_value(option_of(app, each), each) ? 2 : 1;
    }
    return std::min(at, arguments.size());
}

// Returns the argument as a POSIX shell reads it.
std::string quoted(std::string_view argument) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
    if (!argument.empty() && argument.find_first_not_of(plain) == std::string_view::npos) return std::string(argument);
    std::string out = "'";
    for (const char c : argument) out += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
    return out + "'";
}

}  // namespace

std::optional<std::string> with_forgotten_mark(const CLI::App& app, std::span<const char* const> arguments) {
    if (std::ranges::count(arguments, std::string_view("--")) > 0) return std::nullopt;
    const std::size_t command = position_of_command(app, arguments);
    if (command >= arguments.size()) return std::nullopt;
    // An unknown option before the command is a mistake of another kind.
    for (std::size_t i = 1; i < command; ++i) {
        const std::string_view each = arguments[i];
        if (option_of(app, each) == nullptr) return std::nullopt;
        if (precedes_value(option_of(app, each), each)) ++i;
    }
    std::string line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i == command) line += " --";
        line += (i == 0 ? "" : " ") + quoted(arguments[i]);
    }
    return line;
}

std::string unknown_argument(const CLI::App& app, std::span<const char* const> arguments, const std::string& otherwise) {
    for (const std::string_view each : arguments) {
        const std::string name(each.substr(0, each.find('=')));
        // One dash and several letters are a long option with a dash too few.
        if (!name.starts_with("-") || name.size() < 3 || name.find_first_not_of('-') == std::string::npos || app.get_option_no_throw(name) != nullptr)
            continue;
        const std::string bare = name.substr(name.find_first_not_of('-'));
        if (find_limit(bare) != nullptr) return ("\"" + name + "\" is not an option; write --limit ").append(bare).append("=VALUE");
        std::vector<std::string> names = option_names(app);
        for (std::string& known : names) known.insert(0, "--");
        return unknown_name("an option", name, names, "--help");
    }
    return otherwise;
}

std::string without_values(std::string text, std::span<const char* const> arguments) {
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string argument = arguments[i];
        hide_value(text, argument);
        if (argument.starts_with("--")) hide_value(text, argument.substr(argument.find('=') + 1));
    }
    return text;
}

}  // namespace bridge::app
