#include "bridge/endpoints/named_session.hpp"

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using session::transport;

problem bad_request(std::string text) {
    return {statuses::bad_request, error_code::server_error, "Bad Request: " + std::move(text), {}};
}

named_session find(endpoint_context& context, const request& http_request, std::string_view id, transport used) {
    named_session out;
    out.found = context.sessions.find(id, http_request.principal, used);
    // SDKs open a new session on exactly this status.
    if (!out.found) out.wrong = {statuses::not_found, error_code::session_not_found, "Session not found", {}};
    return out;
}

}  // namespace

named_session named_session::by_header(endpoint_context& context, const request& http_request) {
    const request_head& head = http_request.head;
    if (head.session_id.empty()) {
        return {.found = {}, .wrong = bad_request("Mcp-Session-Id header is required; open a session with initialize")};
    }
    named_session out = find(context, http_request, head.session_id, transport::streamable_http);
    if (!out.found) return out;
    // Some clients send the revision that they requested, or another one that they know, not the agreed one. So the bridge accepts every revision
    // that it knows. It accepts a revision that it does not know if client and server agreed on it, or if the client requested it.
    const std::string_view version = head.protocol_version;
    const bool is_of_session = version == out.found->version() || version == out.found->who().asked_version;
    if (!version.empty() && !mcp::parse_revision(version) && !is_of_session) {
        out.wrong = bad_request("unsupported MCP-Protocol-Version; this session speaks " + out.found->version());
    }
    return out;
}

named_session named_session::by_url(endpoint_context& context, const request& http_request) {
    const std::string_view id = http::parameter(http_request.head.query, session_parameter);
    if (id.empty()) return {.found = {}, .wrong = bad_request("post to the URL of the stream's endpoint event")};
    return find(context, http_request, id, transport::http_sse);
}

}  // namespace bridge::endpoints
