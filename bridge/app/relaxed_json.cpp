#include "bridge/app/relaxed_json.hpp"

#include <algorithm>
#include <optional>

namespace bridge::app {
namespace {

// Returns the position after the comment that begins at `begin`, or nothing if no comment begins there.
std::optional<std::size_t> end_of_comment(std::string_view text, std::size_t begin) {
    const std::string_view rest = text.substr(begin);
    if (rest.starts_with("//")) return std::min(text.find('\n', begin), text.size());
    if (!rest.starts_with("/*")) return std::nullopt;
    const std::size_t end = text.find("*/", begin + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
}

// Returns the position after the string that begins at `begin`.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
}

}  // namespace

std::string without_trailing_commas(std::string_view text) {
    std::string out(text);
    std::optional<std::size_t> comma;  // the last comma, if only blanks and comments have followed it
    char last = '[';                   // the last byte that is neither blank nor in a comment; a comma may not follow it
    for (std::size_t at = 0; at < text.size();) {
        const char each = text[at];
        if (const auto end = end_of_comment(text, at)) {
            at = *end;
            continue;
        }
        const std::size_t next = each == '"' ? end_of_string(text, at) : at + 1;
        at = next;
        if (std::string_view(" \t\r\n").find(each) != std::string_view::npos) continue;
        if ((each == '}' || each == ']') && comma) out[*comma] = ' ';
        const bool follows_value = std::string_view("[{,:").find(last) == std::string_view::npos;
        comma = each == ',' && follows_value ? std::optional(next - 1) : std::nullopt;
        last = each;
    }
    return out;
}

}  // namespace bridge::app
