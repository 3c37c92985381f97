#include "bridge/endpoints/home_page.hpp"

#include "bridge/endpoints/public_path.hpp"
#include "bridge/http/presented_keys.hpp"

namespace bridge::endpoints {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

// The browser's own name for the bridge. The client can choose each part of it, but the page goes to that client only.
std::string public_origin(const endpoint_context& context, const request_head& head) {
    const bool is_tls = head.forwarded_proto == "https";
    return (is_tls ? "https://" : "http://") + std::string(context.listener.origins.public_host(head));
}

}  // namespace

std::string home_page(const endpoint_context& context, const request_head& head) {
    const std::string prefix = public_origin(context, head) + std::string(public_prefix(context, head).value_or(std::string_view()));
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>mcp-bridge</title>\n</head>\n<body>\n"
        "<h1>mcp-bridge " MCP_BRIDGE_VERSION
        "</h1>\n"
        "<p>This is the address of an MCP server. A browser cannot use it: give the address to an MCP client, such as an editor or an "
        "assistant.</p>\n";
    out += "<p>The URL for clients (Streamable HTTP): <code>" + escaped(prefix + context.mcp_path) + "</code></p>\n";
    if (!context.sse_path.empty()) out += "<p>For older clients (HTTP+SSE): <code>" + escaped(prefix + context.sse_path) + "</code></p>\n";
    if (context.listener.keys.wants_keys()) {
        out += "<p>Clients must send a key, which the operator of this server hands out. " + escaped(http::how_to_send_key) + ".</p>\n";
    } else {
        out += "<p>The bridge itself asks clients for no key. A service in front of it may ask for one.</p>\n";
    }
    return out + "</body>\n</html>\n";
}

}  // namespace bridge::endpoints
