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
        // SDKs open a new session on exactly this status.
        out.wrong = {statuses::not_found, error_code::session_not_found, "Session not found", {}};
        return out;
    }
    // The bridge accepts any revision that it knows, because some clients send the revision that they requested, not the agreed one. It accepts a
    // revision that it does not know if client and server agreed on it.
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
