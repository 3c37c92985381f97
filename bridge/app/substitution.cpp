#include "bridge/app/substitution.hpp"

#include <algorithm>
#include <cctype>

namespace bridge::app {
namespace {

bool is_name(std::string_view text) {
    const auto is_part = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 && std::ranges::all_of(text, is_part);
}

// Inserts the value for the text between the braces.
void put_in(substituted& out, std::string_view inside, const variable_lookup& variables) {
    const std::size_t mark = inside.find(":-");
    const std::string name(inside.substr(0, mark));
    if (!is_name(name)) {
        out.wrong = "'${" + name + "}' names no variable; there is ${NAME} and ${NAME:-default}, and $${ for the characters themselves";
        return;
    }
    const bool has_default = mark != std::string_view::npos;
    std::optional<std::string> value = variables(name);
    if (has_default && (!value || value->empty())) {
        const std::string_view otherwise = inside.substr(mark + 2);
        if (otherwise.find("${") != std::string_view::npos) out.wrong = "the default of ${" + name + "} cannot name a variable";
        out.text += otherwise;
    } else if (value) {
        out.text += *value;
        if (!value->empty()) out.values.push_back(std::move(*value));
    } else {
        out.wrong = "the environment variable " + name + " is not set, and ${" + name + "} has no default";
    }
}

}  // namespace

substituted substitute(std::string_view text, const variable_lookup& variables) {
    substituted out;
    while (out.wrong.empty()) {
        const std::size_t mark = text.find("${");
        if (mark == std::string_view::npos) break;
        if (mark > 0 && text[mark - 1] == '$') {
            out.text += text.substr(0, mark - 1);
            out.text += "${";
            text.remove_prefix(mark + 2);
            continue;
        }
        out.text += text.substr(0, mark);
        text.remove_prefix(mark + 2);
        const std::size_t end = text.find('}');
        if (end == std::string_view::npos) {
            out.wrong = "a ${ has no } behind it";
            break;
        }
        put_in(out, text.substr(0, end), variables);
        text.remove_prefix(end + 1);
    }
    out.text += text;
    return out;
}

}  // namespace bridge::app
