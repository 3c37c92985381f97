#include "tests/support/raw_json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace test_support {
namespace {

std::size_t skip_space(std::string_view text, std::size_t position) {
    while (position < text.size() && (text[position] == ' ' || text[position] == '\t' || text[position] == '\r' || text[position] == '\n'))
        ++position;
    return position;
}

/// One past the string that opens at `position`.
std::size_t end_of_string(std::string_view text, std::size_t position) {
    for (++position; position < text.size(); ++position) {
        if (text[position] == '\\')
            ++position;
        else if (text[position] == '"')
            return position + 1;
    }
    return text.size();
}

/// One past the value that begins at `position`.
std::size_t end_of_value(std::string_view text, std::size_t position) {
    int depth = 0;
    while (position < text.size()) {
        const char c = text[position];
        if (c == '"') {
            position = end_of_string(text, position);
            if (depth == 0) return position;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return position;
            if (--depth == 0) return position + 1;
        }
        if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) return position;
        ++position;
    }
    return position;
}

void append_utf8(std::string& out, unsigned code) {
    const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0 | code >> 6);
        byte(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        byte(0xe0 | code >> 12);
        byte(0x80 | (code >> 6 & 0x3f));
        byte(0x80 | (code & 0x3f));
    } else {
        byte(0xf0 | code >> 18);
        byte(0x80 | (code >> 12 & 0x3f));
        byte(0x80 | (code >> 6 & 0x3f));
        byte(0x80 | (code & 0x3f));
    }
}

unsigned hex4(std::string_view text) {
    unsigned code = 0;
    std::from_chars(text.data(), text.data() + std::min<std::size_t>(4, text.size()), code, 16);
    return code;
}

/// Decodes the escape whose backslash stands at `position`; returns one past it.
std::size_t append_escape(std::string& out, std::string_view text, std::size_t position) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meanings = "\b\f\n\r\t";
    const char c = position + 1 < text.size() ? text[position + 1] : '\\';
    if (c != 'u') {
        const auto which = letters.find(c);
        out += which == letters.npos ? c : meanings[which];
        return position + 2;
    }
    unsigned code = hex4(text.substr(std::min(position + 2, text.size())));
    position += 6;
    if (code >= 0xd800 && code < 0xdc00 && text.substr(std::min(position, text.size())).starts_with("\\u")) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(text.substr(position + 2)) - 0xdc00);
        position += 6;
    }
    append_utf8(out, code);
    return position;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> members(std::string_view object) {
    std::vector<std::pair<std::string_view, std::string_view>> found;
    std::size_t at = skip_space(object, 0);
    if (at >= object.size() || object[at] != '{') return found;
    for (++at;;) {
        at = skip_space(object, at);
        if (at >= object.size() || object[at] != '"') return found;
        const std::size_t key_end = end_of_string(object, at);
        const auto key = object.substr(at, key_end - at);
        at = skip_space(object, key_end);
        if (at >= object.size() || object[at] != ':') return found;
        at = skip_space(object, at + 1);
        const std::size_t end = end_of_value(object, at);
        found.emplace_back(key, object.substr(at, end - at));
        at = skip_space(object, end);
        if (at >= object.size() || object[at] != ',') return found;
        ++at;
    }
}

std::string_view member(std::string_view object, std::string_view name) {
    std::size_t at = skip_space(object, 0);
    if (at >= object.size() || object[at] != '{') return {};
    for (++at;;) {
        at = skip_space(object, at);
        if (at >= object.size() || object[at] != '"') return {};
        const std::size_t key_end = end_of_string(object, at);
        const auto key = object.substr(at + 1, key_end - at - 2);
        at = skip_space(object, key_end);
        if (at >= object.size() || object[at] != ':') return {};
        at = skip_space(object, at + 1);
        const std::size_t end = end_of_value(object, at);
        if (key == name) return object.substr(at, end - at);
        at = skip_space(object, end);
        if (at >= object.size() || object[at] != ',') return {};
        ++at;
    }
}

std::vector<std::string_view> elements(std::string_view array) {
    std::vector<std::string_view> found;
    std::size_t at = skip_space(array, 0);
    if (at >= array.size() || array[at] != '[') return found;
    for (++at;;) {
        at = skip_space(array, at);
        if (at >= array.size() || array[at] == ']') return found;
        const std::size_t end = end_of_value(array, at);
        if (end == at) return found;
        found.push_back(array.substr(at, end - at));
        at = skip_space(array, end);
        if (at >= array.size() || array[at] != ',') return found;
        ++at;
    }
}

std::string_view at(std::string_view text, std::string_view path) {
    while (!path.empty() && !text.empty()) {
        const auto slash = path.find('/');
        const auto step = path.substr(0, slash);
        path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
        if (text.front() == '[') {
            const auto all = elements(text);
            const auto index = static_cast<std::size_t>(integer(step, -1));
            text = index < all.size() ? all[index] : std::string_view{};
        } else {
            text = member(text, step);
        }
    }
    return text;
}

std::string unquoted(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"') return std::string(raw);
    raw = raw.substr(1, raw.size() - 2);
    std::string text;
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] == '\\')
            at = append_escape(text, raw, at);
        else
            text += raw[at++];
    }
    return text;
}

std::string quoted_json(std::string_view text) {
    std::string raw = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            raw += '\\';
            raw += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            raw += escape;
        } else {
            raw += c;
        }
    }
    return raw + '"';
}

long integer(std::string_view raw, long otherwise) {
    long value = otherwise;
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return value;
}

}  // namespace test_support
