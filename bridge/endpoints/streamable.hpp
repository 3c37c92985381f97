// The front door of the legacy era: Streamable HTTP as revisions 2025-03-26 to 2025-11-25 define it.
#pragma once

#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::endpoints {

/// 415 for a body that is not JSON, 406 for a client that takes neither JSON nor a stream.
std::optional<problem> check_post(const request_head& head);

/// POST: one JSON-RPC message from a client, or a batch (`serve_batch`). A request is answered as JSON or as a stream
/// (`serve_exchange`); what needs no answer gets 202. JSON-RPC errors of well-formed requests go out with status 200 and
/// the client's id, because clients of this era read no body under any other; 400, 404, 429 and 503 are for what is not
/// such a request.
core::task<void> serve_post(context& with, const request& what, reply& to);

/// DELETE: the client ends its session.
core::task<void> serve_delete(context& with, const request& what, reply& to);

/// OPTIONS: what an endpoint of MCP takes; with CORS headers if the page was named in the configuration.
core::task<void> serve_options(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
