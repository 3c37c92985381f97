// The revision that a client's `initialize` offers to a child.
#pragma once

#include <string>

namespace bridge::mcp {

/// Returns `params`, the raw params of a client's `initialize`, as a child may get them: with 2025-11-25, the newest revision of the legacy era, in
/// place of a revision that the bridge does not know, or of a missing one. No other byte changes. A server that does not know the revision either
/// answers with the newest one that it speaks (specification 2025-11-25, Lifecycle, Version Negotiation). If that is one of the modern era, as with
/// the Go SDK, it serves the session by the rules of that era, which the messages of this session do not follow.
std::string offered_params(std::string params);

}  // namespace bridge::mcp
