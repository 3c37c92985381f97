// Comparison and decoding of raw JSON strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/core/steps.hpp"

namespace bridge::jsonrpc {

/// As `string_equals`, for strings of which nothing is known yet.
bool same_string(std::string_view raw, std::string_view text);

/// True if the raw JSON string `raw` (quotes included, valid) spells `text`, whatever escapes it uses. The cost depends on the length of
/// `text` only, however long `raw` is.
inline bool string_equals(std::string_view raw, std::string_view text) {
    core::count_steps();
    // Most names that differ do so in their first two characters. No escape is shorter than what it stands for.
    if (raw.size() < text.size() + 2) return false;
    const auto differs_at = [raw, text](std::size_t i) { return i < text.size() && raw[i + 1] != text[i] && raw[i + 1] != '\\'; };
    const bool begins_with_escape = raw[1] == '\\';
    return !differs_at(0) && (begins_with_escape || !differs_at(1)) && same_string(raw, text);
}

/// Decodes the raw JSON string `raw` (quotes included, valid) to UTF-8. An unpaired surrogate becomes U+FFFD.
std::string decode_string(std::string_view raw);

/// Returns the value of the four hexadecimal digits at `digits`.
std::uint32_t hex4(const char* digits) noexcept;

}  // namespace bridge::jsonrpc
