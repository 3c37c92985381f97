#include "bridge/endpoints/pages.hpp"

namespace bridge::endpoints {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

}  // namespace

core::task<void> serve_home(context& with, const request&, reply& to) {
    if (with.listener.role == http::listener_role::operators) {
        return to.send(statuses::ok, text_type, "mcp-bridge " MCP_BRIDGE_VERSION "\nMetrics: /metrics\n");
    }
    std::string text = "mcp-bridge " MCP_BRIDGE_VERSION "\nMCP endpoint (Streamable HTTP): " + with.mcp_path + "\n";
    if (!with.sse_path.empty()) text += "MCP endpoint (HTTP+SSE): " + with.sse_path + "\n";
    return to.send(statuses::ok, text_type, text);
}

core::task<void> serve_health(context&, const request&, reply& to) {
    return to.send(statuses::ok, text_type, "ok\n");
}

core::task<void> serve_readiness(context& with, const request& what, reply& to) {
    std::string obstacle = with.ready.obstacle();
    if (obstacle.empty()) return to.send(statuses::ok, text_type, "ready\n");
    // The reason can quote the child's stderr, which not every client may see.
    if (with.listener.role == http::listener_role::clients && !with.listener.keys.authenticate(what.head)) obstacle = "not ready";
    to.add_header("Retry-After", "2");
    obstacle += '\n';
    return to.send(statuses::unavailable, text_type, std::move(obstacle));
}

}  // namespace bridge::endpoints
