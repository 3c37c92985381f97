#include "bridge/app/substitution.hpp"

#include <algorithm>
#include <cctype>

namespace bridge::app {
namespace {

bool is_name(std::string_view text) {
    const auto is_part = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 && std::ranges::all_of(text, is_part);
}

// Returns the value of a name that an editor defines, or nothing for any other name.
std::optional<std::string> predefined(std::string_view name, const named_values& values) {
    if (name == "workspaceFolder") return values.workspace;
    if (name == "workspaceFolderBasename") return values.workspace.substr(values.workspace.find_last_of('/') + 1);
    if (name == "userHome") return values.variables("HOME").value_or("");
    if (name == "pathSeparator" || name == "/") return "/";
    return std::nullopt;
}

// Returns the name of a variable that can stand for an input of the editor: GITHUB_TOKEN for `github-token`.
std::string variable_for(std::string_view input) {
    std::string out;
    for (const char c : input) {
        const auto byte = static_cast<unsigned char>(c);
        out += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return is_name(out) ? out : "NAME";
}

// Says what to write in place of a form that the bridge does not replace.
std::string advice_for(std::string_view inside) {
    const std::string shown = "${" + std::string(inside) + '}';
    const std::size_t colon = inside.find(':');
    const std::string_view kind = inside.substr(0, colon);
    if (kind == "input" && colon != std::string_view::npos) {
        const std::string name = variable_for(inside.substr(colon + 1));
        return shown + " is a question that the editor asks its user, and the bridge has nobody to ask; set the environment variable " + name +
               ", and write ${" + name + "} here";
    }
    if (kind == "file" && colon != std::string_view::npos) {
        return shown +
               " stands for the contents of a file, which the bridge does not read; put them into an environment variable, and write ${NAME} here";
    }
    if (is_name(kind) && colon != std::string_view::npos && !inside.substr(colon).starts_with(":-")) {
        return shown + " is known to the editor only; write the value itself here, or ${NAME} for an environment variable";
    }
    return "'${" + std::string(inside.substr(0, inside.find(":-"))) +
           "}' names no variable; there is ${NAME} and ${NAME:-default}, and $${ for the characters themselves";
}

// Inserts the value for the text between the braces.
void put_in(substituted& out, std::string_view inside, const named_values& values) {
    if (const auto value = predefined(inside, values)) {
        out.text += *value;
        return;
    }
    std::string_view variable = inside;
    if (variable.starts_with("env:")) variable.remove_prefix(4);
    const std::size_t mark = variable.find(":-");
    const std::string name(variable.substr(0, mark));
    if (!is_name(name)) {
        out.wrong = advice_for(inside);
        return;
    }
    const bool has_default = mark != std::string_view::npos;
    std::optional<std::string> value = values.variables(name);
    if (has_default && (!value || value->empty())) {
        const std::string_view otherwise = variable.substr(mark + 2);
        if (otherwise.find("${") != std::string_view::npos) out.wrong = "the default of ${" + name + "} cannot name a variable";
        out.text += otherwise;
    } else if (value) {
        out.text += *value;
        if (!value->empty()) out.values.push_back(std::move(*value));
    } else {
        out.wrong = "the environment variable " + name + " is not set, and ${" + std::string(variable) + "} has no default";
    }
}

}  // namespace

substituted substitute(std::string_view text, const named_values& values) {
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
        put_in(out, text.substr(0, end), values);
        text.remove_prefix(end + 1);
    }
    out.text += text;
    return out;
}

}  // namespace bridge::app
