// POST of a JSON-RPC batch.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// Serves the JSON array `http_request.body` in a session of revision 2025-03-26, the only one that has batches (specification 2025-03-26, Base
/// Protocol, Batching). The bridge handles each member as if it had arrived alone, so the child sees no array. The answers go out together: as one
/// array, or as single events if the reply becomes a stream. A member gets an error of its own if it is no message, is an `initialize`, or is over a
/// limit. The status is 202 if no member needs an answer. It is 400 if the batch as a whole is refused, or if it has no requests and some of its
/// members are no messages.
core::task<void> serve_batch(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
