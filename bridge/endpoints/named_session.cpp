#include "bridge/endpoints/named_session.hpp"

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::endpoints {

namespace error_code = jsonrpc::error_code;

named_session named_session::in(context& with, const request& what) {
    named_session out;
    if (what.head.session_id.empty()) {
        out.wrong = {
            statuses::bad_request, error_code::server_error, "Bad Request: Mcp-Session-Id header is required; open a session with initialize", {}};
        return out;
    }
    out.found = with.sessions.find(what.head.session_id, what.principal, session::transport::streamable_http);
    if (!out.found) {
        // SDKs take exactly this status as the sign to open a new session.
        out.wrong = {statuses::not_found, error_code::session_not_found, "Session not found", {}};
        return out;
    }
    // Any known revision is taken: some clients send the one they asked for, not the one agreed on. One that only client
    // and server know is taken where they agreed on it.
    const std::string_view version = what.head.protocol_version;
    if (!version.empty() && !mcp::parse_revision(version) && version != out.found->version()) {
        out.wrong = {statuses::bad_request,
                     error_code::server_error,
                     "Bad Request: unsupported MCP-Protocol-Version; this session speaks " + out.found->version(),
                     {}};
    }
    return out;
}

}  // namespace bridge::endpoints
