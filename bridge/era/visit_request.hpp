// The error by which a server of the legacy era asks its client to open web pages first.
#pragma once

#include <string>
#include <string_view>

namespace bridge::era {

/// Returns the raw `inputRequests` that ask for the visits in `error`, the raw error -32042 of a child (revision 2025-11-25, URL Mode Elicitation).
/// Empty if `error` asks for none.
std::string visit_requests(std::string_view error);

}  // namespace bridge::era
