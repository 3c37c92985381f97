// What raw JSON strings say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bridge::jsonrpc {

/// True if the raw JSON string `raw` (quotes included, valid) spells `text`, whatever escapes it uses. However long `raw` is, the
/// cost is that of `text`.
bool string_equals(std::string_view raw, std::string_view text);

/// What the raw JSON string `raw` (quotes included, valid) says, as UTF-8. An unpaired surrogate becomes U+FFFD.
std::string decode_string(std::string_view raw);

/// The value of the four hexadecimal digits at `digits`.
std::uint32_t hex4(const char* digits) noexcept;

}  // namespace bridge::jsonrpc
