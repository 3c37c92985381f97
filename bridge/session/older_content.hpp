// The content of results, for clients of older revisions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/mcp/request_kind.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::session {

/// True if a client of `spoken` may meet content in the result of a request of that kind that its revision does not have. The schemas of older
/// revisions list the types of content, and clients that check their messages against them fail with the whole result.
bool may_have_newer_content(mcp::request_kind kind, mcp::revision spoken);

/// Returns the result of `answer`, to a request of that kind, with older content in place of each block that is newer than `spoken`:
///
/// - a `resource_link` (2025-06-18) becomes a text with the name, the URI and the description;
/// - `audio` (2025-03-26) becomes an embedded resource with the same bytes.
///
/// Returns nothing if no block is newer, or if the result is longer than one turn of the loop can read.
std::optional<std::string> older_result(const jsonrpc::envelope& answer, mcp::request_kind kind, mcp::revision spoken);

}  // namespace bridge::session
