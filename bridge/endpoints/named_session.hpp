// The session that an HTTP request names.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// The parameter of the message URL of HTTP+SSE that names the session.
inline constexpr std::string_view session_parameter = "sessionId";

/// The session that a request names, or the problem with that name.
struct named_session {
    std::shared_ptr<session::session> found;
    std::optional<problem> wrong;  ///< the request must be refused with it, even if the session was found

    /// Finds the session that `Mcp-Session-Id` names (Streamable HTTP), and checks `MCP-Protocol-Version`.
    static named_session by_header(endpoint_context& context, const request& http_request);

    /// Finds the session that the query of the URL names (HTTP+SSE).
    static named_session by_url(endpoint_context& context, const request& http_request);
};

}  // namespace bridge::endpoints
