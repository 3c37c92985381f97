// Methods that a client may not ask a server with.
#pragma once

#include <string_view>

namespace bridge::mcp {

/// Why a request with the method `raw` (a JSON string, quotes included, valid) is not passed to any server, as the end of a sentence;
/// null if it may be. Some servers dispatch by the method before they look at the id, so a request must not have the method of a
/// notification, which the bridge would not have passed on, or would have written itself. And the bridge decides by the method where a
/// message goes, so no method may fold (jsonrpc/member_names.hpp) to one that it decides by. Escapes make no difference.
const char* request_method_fault(std::string_view raw);

}  // namespace bridge::mcp
