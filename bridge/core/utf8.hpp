// Well-formedness of UTF-8 (Unicode standard, table 3-7).
#pragma once

#include <string>
#include <string_view>

namespace bridge::core {

/// The length (1 to 4) of the well-formed sequence at the start of `text`, or 0 if there is none.
int utf8_sequence(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD for every byte that belongs to no well-formed sequence.
std::string repair_utf8(std::string_view text);

}  // namespace bridge::core
