// Comparison and decoding of raw JSON strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bridge::jsonrpc {

/// True if the raw JSON string `raw` (quotes included, valid) spells `text`, whatever escapes it uses. The cost depends on the length of
/// `text` only, however long `raw` is.
bool string_equals(std::string_view raw, std::string_view text);

/// Decodes the raw JSON string `raw` (quotes included, valid) to UTF-8. An unpaired surrogate becomes U+FFFD.
std::string decode_string(std::string_view raw);

/// Returns the value of the four hexadecimal digits at `digits`.
std::uint32_t hex4(const char* digits) noexcept;

}  // namespace bridge::jsonrpc
