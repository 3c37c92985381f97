// The methods that a client may not use in a request.
#pragma once

#include <string_view>

namespace bridge::mcp {

/// Returns the reason why the bridge forwards no request with the method `raw` (a JSON string, quotes included, valid), as the end of a
/// sentence. Returns null if the method is allowed. Some servers dispatch by the method before they look at the id. So a request must not
/// have the method of a notification, which the bridge would have dropped or written itself. The bridge also routes by the method, so no
/// method may fold (jsonrpc/member_names.hpp) to one that it routes by. Escapes make no difference.
const char* request_method_fault(std::string_view raw);

}  // namespace bridge::mcp
