// Lists of revisions in the answers of servers.
#pragma once

#include <functional>
#include <string_view>

namespace bridge::mcp {

/// True if `list`, a raw JSON value, is an array with a string that `is_wanted` accepts. That gets the decoded string.
bool lists_revision(std::string_view list, const std::function<bool(std::string_view)>& is_wanted);

}  // namespace bridge::mcp
