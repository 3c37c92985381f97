#include "bridge/endpoints/pages.hpp"

#include "bridge/endpoints/home_page.hpp"
#include "bridge/endpoints/public_path.hpp"

namespace bridge::endpoints {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view html_type = "text/html; charset=utf-8";

// True if the client may know why no child answers: the reason can quote the child's stderr. A page that uses DNS rebinding reads replies, but it
// cannot call the bridge by a name of its own.
bool may_know_reason(const http::context& listener, const request_head& head) {
    if (!listener.origins.host_refusal(head).empty()) return false;
    return listener.role == http::listener_role::operators || listener.keys.authenticate(head).has_value();
}

}  // namespace

core::task<void> serve_home(endpoint_context& context, const request& http_request, reply& http_reply) {
    if (context.listener.role == http::listener_role::operators) {
        return http_reply.send(statuses::ok, text_type, "mcp-bridge " MCP_BRIDGE_VERSION "\nMetrics: /metrics\n");
    }
    http_reply.add_header("Vary", "Accept");
    if (http::wants_page(http_request.head)) {
        http_reply.add_header("Content-Security-Policy", home_page_policy);
        http_reply.add_header("X-Content-Type-Options", "nosniff");
        // The URL of the page can have a key in ?code=.
        http_reply.add_header("Referrer-Policy", "no-referrer");
        http_reply.add_header("Cache-Control", "no-store");
        return http_reply.send(statuses::ok, html_type, home_page(context, http_request.head));
    }
    const std::string prefix(public_prefix(context, http_request.head).value_or(std::string_view()));
    std::string text = "mcp-bridge " MCP_BRIDGE_VERSION "\nMCP endpoint (Streamable HTTP): " + prefix + context.mcp_path + "\n";
    if (!context.sse_path.empty()) text += "MCP endpoint (HTTP+SSE): " + prefix + context.sse_path + "\n";
    return http_reply.send(statuses::ok, text_type, text);
}

core::task<void> serve_health(endpoint_context&, const request&, reply& http_reply) {
    return http_reply.send(statuses::ok, text_type, "ok\n");
}

core::task<void> serve_readiness(endpoint_context& context, const request& http_request, reply& http_reply) {
    std::string obstacle = context.ready.obstacle();
    if (obstacle.empty()) return http_reply.send(statuses::ok, text_type, "ready\n");
    if (!may_know_reason(context.listener, http_request.head)) obstacle = "not ready";
    http_reply.add_header("Retry-After", "2");
    obstacle += '\n';
    return http_reply.send(statuses::unavailable, text_type, std::move(obstacle));
}

}  // namespace bridge::endpoints
