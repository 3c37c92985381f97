#include "bridge/app/help.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace bridge::app {
namespace {

constexpr std::size_t line_width = 96;
constexpr std::size_t description_indent = 8;

std::string wrapped(const std::string& text) {
    std::istringstream words(text);
    std::string out;
    std::size_t column = line_width;
    for (std::string word; words >> word;) {
        if (column + 1 + word.size() > line_width) {
            if (!out.empty()) out += '\n';
            out += std::string(description_indent, ' ') + word;
            column = description_indent + word.size();
        } else {
            out += ' ' + word;
            column += 1 + word.size();
        }
    }
    return out + '\n';
}

class help_formatter final : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App*, std::string name) const override {
        return "\nUsage: " + name + " [OPTION...] -- COMMAND [ARG...]\n       " + name + " [OPTION...] [--config FILE]\n";
    }

    std::string make_positionals(const CLI::App*) const override { return {}; }

    std::string make_option(const CLI::Option* option, bool positional) const override {
        std::string head = "  " + make_option_name(option, positional);
        if (!option->get_option_text().empty()) head += ' ' + option->get_option_text();
        if (!option->get_envname().empty()) head += "  (" + option->get_envname() + ")";
        return head + '\n' + wrapped(make_option_desc(option));
    }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> make_help_formatter() {
    return std::make_shared<help_formatter>();
}

}  // namespace bridge::app
