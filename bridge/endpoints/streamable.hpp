// The endpoints of Streamable HTTP in the legacy era, as revisions 2025-03-26 to 2025-11-25 define it.
#pragma once

#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::endpoints {

/// 415 for a body that is not JSON; 406 for a client that accepts neither JSON nor a stream.
std::optional<problem> check_post(const request_head& head);

/// POST: one JSON-RPC message from a client, or a batch (`serve_batch`). A request is answered by JSON or by a stream (`serve_exchange`); any other
/// message gets 202. JSON-RPC errors of well-formed requests have status 200 and the client's id, because clients of this era read no body with
/// another status. The statuses 400, 404, 429 and 503 are for requests that are not well-formed or cannot be served at all.
core::task<void> serve_post(endpoint_context& context, const request& http_request, reply& http_reply);

/// DELETE: the client ends its session.
core::task<void> serve_delete(endpoint_context& context, const request& http_request, reply& http_reply);

/// OPTIONS: the methods of an endpoint; with CORS headers if the configuration names the page's origin.
core::task<void> serve_options(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
