// The search for one member of an object.
#pragma once

#include <string_view>

namespace bridge::jsonrpc {

/// Returns the raw value of the member `name` of `object`, valid JSON text. Returns an empty view if there is no such member or `object` is
/// no object. If the member is repeated, the last one counts, as in JavaScript and Python.
std::string_view find_member(std::string_view object, std::string_view name);

}  // namespace bridge::jsonrpc
