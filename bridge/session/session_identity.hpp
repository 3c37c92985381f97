// The client that a session belongs to.
#pragma once

#include <string>

#include "bridge/core/principal.hpp"
#include "bridge/mcp/capabilities.hpp"

namespace bridge::session {

/// How a session's client and the bridge exchange messages.
enum class transport {
    streamable_http,  ///< revisions 2025-03-26 and later
    http_sse,         ///< revision 2024-11-05: the general stream carries all messages to the client
};

struct session_identity {
    std::string id;
    std::string principal;
    mcp::client_capabilities declared{};
    std::string asked_version{};  ///< the revision that the client asked for in `initialize`; empty if that is unknown
    transport via = transport::streamable_http;
    std::string program{};  ///< the client's User-Agent

    /// True if the client is not authenticated: other clients of that principal may be other people.
    bool is_anonymous() const { return principal == core::anonymous_principal; }
};

}  // namespace bridge::session
