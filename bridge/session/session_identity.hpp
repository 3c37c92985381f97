// The client that a session belongs to.
#pragma once

#include <string>

#include "bridge/core/principal.hpp"
#include "bridge/mcp/capabilities.hpp"

namespace bridge::session {

/// How a session's client and the bridge exchange messages.
enum class transport {
    streamable_http,  ///< revisions 2025-03-26 and later
    http_sse,         ///< revision 2024-11-05: all that the client gets comes on the general stream
};

struct session_identity {
    std::string id;
    std::string principal;
    mcp::client_capabilities declared{};
    transport via = transport::streamable_http;
    std::string program{};  ///< the client's User-Agent

    /// True if nobody says who the client is: other clients of that principal are perhaps other people.
    bool is_anonymous() const { return principal == core::anonymous_principal; }
};

}  // namespace bridge::session
