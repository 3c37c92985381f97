#include "bridge/jsonrpc/text.hpp"

#include "bridge/core/steps.hpp"

namespace bridge::jsonrpc {

std::uint32_t hex4(const char* digits) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = digits[i];
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
}

namespace {

// An escape has at most this many characters for each byte that it stands for.
constexpr std::size_t longest_escape = 6;

// Calls `put_char` with each byte of the code point `c` in UTF-8.
template <class PutChar>
void put_utf8(std::uint32_t c, PutChar&& put_char) {
    const auto put = [&put_char](std::uint32_t byte) { put_char(static_cast<char>(byte)); };
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

// Returns the code point of the \u escape at `i` (after its 'u'). Moves `i` behind the escape, and behind the second half of a surrogate
// pair.
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

// Calls `put_char` with each byte that the escape at `i` stands for. Moves `i` behind the escape.
template <class PutChar>
void put_escaped(std::string_view text, std::size_t& i, PutChar&& put_char) {
    core::count_steps();
    if (text[i + 1] == 'u') {
        i += 2;
        put_utf8(unicode_escape(text, i), put_char);
    } else {
        put_char(simple_escape(text[i + 1]));
        i += 2;
    }
}

}  // namespace

std::string decode_string(std::string_view raw) {
    const std::string_view text = raw.substr(1, raw.size() - 2);
    core::count_steps(text.size());
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '\\') {
            put_escaped(text, i, [&out](char c) { out += c; });
        } else {
            out += text[i++];
        }
    }
    return out;
}

bool same_string(std::string_view raw, std::string_view text) {
    const std::string_view written = raw.substr(1, raw.size() - 2);
    core::count_steps();
    // An escape is longer than the byte that it stands for, so texts of equal length can be equal only without escapes.
    if (written.size() == text.size()) return written == text && written.find('\\') == std::string_view::npos;
    if (written.size() > longest_escape * text.size()) return false;
    // Most names that differ have no escape, and many begin alike.
    core::count_steps(text.size());
    if (written.find('\\') == std::string_view::npos) return false;
    std::size_t same = 0;  // matching bytes of `text` so far
    bool differs = false;
    const auto compare = [&](char c) { differs = differs || same == text.size() || text[same++] != c; };
    for (std::size_t i = 0; i < written.size() && !differs;) {
        core::count_steps();
        if (written[i] == '\\') {
            put_escaped(written, i, compare);
        } else {
            compare(written[i++]);
        }
    }
    return !differs && same == text.size();
}

}  // namespace bridge::jsonrpc
