// A request with other params.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// Gives the request `message`, which was parsed from `text`, the raw `params`, and parses it again from its new text. `params` may have views into
/// the old text. Not for large texts: the function writes and reads the message in one turn. `max_depth` as for `read_envelope`.
void replace_params(std::string& text, envelope& message, std::string_view params, unsigned max_depth);

/// Removes the parts `cuts` from the params of the request `message`, which was parsed from `text`; they do not overlap (see `add_cuts`). A small
/// text is made anew. A large one stays as it is: `known_members::cuts` of the message has the parts, and the child does not get them.
void remove_params(std::string& text, envelope& message, std::vector<std::string_view> cuts, unsigned max_depth);

/// Adds the raw `member`, a name with its value of at most nine bytes, as the first one of the params of the request `message`, which was parsed from
/// `text`. The rest of a large text keeps its place: the new member overwrites what is in front of the params, which nobody needs any more. Views
/// into the params stay valid, but `message.known` does not list the new params; `text` as a whole is no JSON afterwards. Returns the member in
/// `text`.
std::string_view prepend_param(std::string& text, envelope& message, std::string_view member);

}  // namespace bridge::jsonrpc
