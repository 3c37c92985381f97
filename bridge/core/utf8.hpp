// Well-formedness of UTF-8 (Unicode standard, table 3-7).
#pragma once

#include <string>
#include <string_view>

namespace bridge::core {

/// The length (1 to 4) of the well-formed sequence at the start of `text`, or 0 if there is none.
int utf8_sequence(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

/// A part of a long text that is being repaired.
struct repaired_part {
    std::size_t read;     ///< bytes of the text that it stands for
    std::size_t written;  ///< its own
};

/// The part of what `repair_utf8` makes of `text` that stands for about its first `bytes`. It goes behind `out`, or nowhere
/// if that is null.
repaired_part repair_part(std::string_view text, std::size_t bytes, std::string* out);

/// `text` with U+FFFD for every byte that belongs to no well-formed sequence.
std::string repair_utf8(std::string_view text);

}  // namespace bridge::core
