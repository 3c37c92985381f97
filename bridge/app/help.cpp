#include "bridge/app/help.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace bridge::app {
namespace {

constexpr std::size_t line_width = 118;
constexpr std::size_t description_column = 37;

class help_formatter final : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App*, std::string name) const override {
        return "\nUsage: " + name + " [OPTION...] -- COMMAND [ARG...]\n       " + name + " [OPTION...] [--config FILE]\n\n";
    }

    std::string make_positionals(const CLI::App*) const override { return {}; }

    // CLI11 would print two empty lines between groups.
    std::string make_group(std::string name, bool is_positional, std::vector<const CLI::Option*> options) const override {
        std::string text = name + ":\n";
        for (const CLI::Option* each : options) text += make_option(each, is_positional);
        return text;
    }

    std::string make_option(const CLI::Option* option, bool positional) const override {
        std::string head = "  " + make_option_name(option, positional);
        if (!option->get_option_text().empty()) head += ' ' + option->get_option_text();
        std::string description = make_option_desc(option);
        const bool has_other_variable = !option->get_envname().empty() && option->get_envname() != variable_name(option->get_lnames().front());
        if (has_other_variable) description += " (" + option->get_envname() + ')';
        if (head.size() + 2 > description_column) return head + '\n' + wrapped(description, description_column);
        return head + wrapped(description, description_column).substr(head.size());
    }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> make_help_formatter() {
    return std::make_shared<help_formatter>();
}

std::string wrapped(std::string_view text, std::size_t indent) {
    std::istringstream words{std::string(text)};
    std::string out;
    std::size_t column = line_width;
    for (std::string word; words >> word;) {
        if (column + 1 + word.size() > line_width) {
            if (!out.empty()) out += '\n';
            out += std::string(indent, ' ') + word;
            column = indent + word.size();
        } else {
            out += ' ' + word;
            column += 1 + word.size();
        }
    }
    return out + '\n';
}

std::string variable_name(std::string_view option) {
    std::string name = std::string(variable_prefix) + std::string(option);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    return name;
}

}  // namespace bridge::app
