// The page for monitoring.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// GET /metrics: everything that the bridge counts, in the Prometheus text format. No label has a value that a client or a server chose.
core::task<void> serve_metrics(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
