// Validation and repair of UTF-8 (Unicode standard, table 3-7).
#pragma once

#include <string>
#include <string_view>

namespace bridge::core {

/// Returns the length (1 to 4) of the well-formed sequence at the start of `text`, or 0 if there is none.
int utf8_sequence(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

/// A part of a long text that is being repaired.
struct repaired_part {
    std::size_t read;     ///< bytes of the original text
    std::size_t written;  ///< bytes of the repaired text
};

/// Repairs about the first `bytes` of `text`, as `repair_utf8` does. Appends the result to `out`, unless `out` is null.
repaired_part repair_part(std::string_view text, std::size_t bytes, std::string* out);

/// Returns `text` with U+FFFD for every byte that belongs to no well-formed sequence.
std::string repair_utf8(std::string_view text);

}  // namespace bridge::core
