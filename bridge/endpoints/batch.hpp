// POST of a JSON-RPC batch.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// Serves the JSON array `what.body` in a session of revision 2025-03-26, the only one that has batches (specification
/// 2025-03-26, Base Protocol, Batching). Each member goes its own way as if it had come alone, so the child sees no array.
/// The answers go out together: as one array, or as single events if the reply becomes a stream. A member that is no
/// message, is an `initialize` or is over a limit gets an error of its own. 202 if nothing is owed; 400 if the batch as a
/// whole is refused, or holds members that are no messages and not one request.
core::task<void> serve_batch(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
