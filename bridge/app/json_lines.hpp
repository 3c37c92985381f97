// The lines of members in a JSON text. The JSON parser does not report them.
#pragma once

#include <cstddef>
#include <string_view>

namespace bridge::app {

/// Returns the line, counted from 1, of the member at `path` ("options.host", "mcpServers.x.args[2]"). If the member is repeated, returns
/// the line of the last one; if it is missing, returns 0. `text` may have comments, and may be invalid.
std::size_t line_of_member(std::string_view text, std::string_view path);

}  // namespace bridge::app
