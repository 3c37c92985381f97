// JSON as people write it by hand, for parsers that accept less.
#pragma once

#include <string>
#include <string_view>

namespace bridge::app {

/// Returns `text` with a space in place of each comma that stands before a `}` or `]`, so that every other byte keeps its line and column.
/// Editors accept such a trailing comma in their settings (VS Code: "JSON with Comments"). Comments may stand around it. A comma that follows
/// no value, as in `[,]`, stays, so that the parser refuses it. The function reads each byte once; `text` may be invalid.
std::string without_trailing_commas(std::string_view text);

}  // namespace bridge::app
