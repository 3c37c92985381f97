// The paths as clients see them, in front of a proxy that removes a prefix.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/endpoints/context.hpp"

namespace bridge::endpoints {

/// Returns the prefix that a proxy removed from the path of this request: `endpoint_context::path_prefix`, or the X-Forwarded-Prefix of the request
/// if the context trusts that header. Returns nothing if the header is no prefix. The view is valid as long as the context and the head.
std::optional<std::string_view> public_prefix(const endpoint_context& context, const request_head& head);

/// Returns the path of the Streamable HTTP endpoint as the client of this request sees it.
std::string public_mcp_path(const endpoint_context& context, const request_head& head);

/// Returns the reference to the message URL, without a query, for the `endpoint` event of a stream that was requested with `head`.
///
/// The reference is relative ("messages"), because most clients resolve it against the URL of the stream (SDKs for TypeScript, Python, C# and Go,
/// mcp-go), so that it is right behind any proxy. It is the path with `prefix` in front of it in two cases. If the requested path ends with a slash,
/// a relative reference would lead into another folder. The Java SDKs resolve against a base URL, not against that of the stream
/// (`HttpClientSseClientTransport`), or append to it (`WebFluxSseClientTransport`, whose HTTP client is Reactor Netty).
std::string message_reference(const endpoint_context& context, const request_head& head, std::string_view prefix);

}  // namespace bridge::endpoints
