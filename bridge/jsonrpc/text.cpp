#include "bridge/jsonrpc/text.hpp"

#include <cstdint>

namespace bridge::jsonrpc {
namespace {

std::uint32_t hex4(const char* p) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = p[i];
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

char simple_escape(char c) {
    switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return c;
    }
}

// The code point of the \u escape at `i` (after its 'u'); moves `i` behind it, and behind the second half of a pair.
std::uint32_t unicode_escape(std::string_view text, std::size_t& i) {
    const std::uint32_t first = hex4(text.data() + i);
    i += 4;
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first < 0xDC00 && text.size() - i >= 6 && text[i] == '\\' && text[i + 1] == 'u') {
        const std::uint32_t second = hex4(text.data() + i + 2);
        if (second >= 0xDC00 && second <= 0xDFFF) {
            i += 6;
            return 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00));
        }
    }
    return 0xFFFD;
}

}  // namespace

std::string decode_string(std::string_view raw) {
    const std::string_view text = raw.substr(1, raw.size() - 2);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            out += text[i++];
        } else if (text[i + 1] == 'u') {
            i += 2;
            append_utf8(out, unicode_escape(text, i));
        } else {
            out += simple_escape(text[i + 1]);
            i += 2;
        }
    }
    return out;
}

bool string_equals(std::string_view raw, std::string_view text) {
    if (raw.size() - 2 == text.size() && raw.substr(1, text.size()) == text) return true;
    return raw.find('\\') != std::string_view::npos && decode_string(raw) == text;
}

}  // namespace bridge::jsonrpc
