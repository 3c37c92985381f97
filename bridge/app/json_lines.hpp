// Where a member stands in a JSON text: the parser forgets the lines.
#pragma once

#include <cstddef>
#include <string_view>

namespace bridge::app {

/// The line, counted from 1, on which the member at `path` stands ("options.host", "mcpServers.x.args[2]"); of a repeated member
/// the last one. 0 if there is none. `text` may hold comments, and may be invalid.
std::size_t line_of_member(std::string_view text, std::string_view path);

}  // namespace bridge::app
