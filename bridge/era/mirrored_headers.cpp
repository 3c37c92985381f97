#include "bridge/era/mirrored_headers.hpp"

#include <cstdint>

namespace bridge::era {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t";
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>((bits >> held) & 0xFFU);
    }
    // The bits behind the last byte must be zero, so that each text has one form only.
    if ((bits & ((1U << held) - 1)) != 0 || held >= 6) return std::nullopt;
    return out;
}

}  // namespace

bool is_plain_header(std::string_view value) {
    return !value.empty() && value.front() != prefix.front() && trimmed(value).size() == value.size();
}

std::optional<std::string> decode_header(std::string_view value) {
    value = trimmed(value);
    if (value.size() < prefix.size() + suffix.size() || !value.starts_with(prefix) || !value.ends_with(suffix)) return std::string(value);
    value.remove_prefix(prefix.size());
    value.remove_suffix(suffix.size());
    return decode_base64(value);
}

}  // namespace bridge::era
