// The pages for people, probes and platforms.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::endpoints {

/// GET /: a short, finite text, without delay. The Functions host polls this page at its start and keeps the body. A browser gets `home_page`, also
/// from GET of the MCP endpoint.
core::task<void> serve_home(endpoint_context& context, const request& http_request, reply& http_reply);

/// GET /healthz: the process lives and its event loop turns. Probes call /healthz and /readyz by any Host, such as the address of a container.
core::task<void> serve_health(endpoint_context& context, const request& http_request, reply& http_reply);

/// GET /readyz: 200 if a child answered at the last attempt (`session::readiness`). 503 otherwise, with the reason for clients that may see it:
/// a client that has a key, if keys are configured, and called the bridge by a name of its own.
core::task<void> serve_readiness(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
