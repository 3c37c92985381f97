// The calls of clients of the modern era.
#pragma once

#include <memory>

#include "bridge/endpoints/context.hpp"
#include "bridge/era/modern_client.hpp"
#include "bridge/era/modern_request.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// Serves the request `message` of `client` by a call of its child, and replies. The call of a tool that the bridge does not know yet, or that wants
/// more log messages than the child writes, waits for the child's answer to a question of the bridge first.
core::task<void> serve_call(endpoint_context& context, std::shared_ptr<era::modern_client> client, const request& http_request,
                            const jsonrpc::envelope& message, era::modern_request&& said, reply& http_reply);

/// Continues a parked call of `client`, and replies. The headers of the call were checked with its first request, which had the same params, so the
/// tools of the server are not asked for: during a wait another request could take the state, or the state could expire.
core::task<void> serve_retry(endpoint_context& context, std::shared_ptr<era::modern_client> client, const request& http_request,
                             jsonrpc::envelope message, era::modern_request said, reply& http_reply);

}  // namespace bridge::endpoints
