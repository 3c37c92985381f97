// The pages for people, probes and platforms.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::endpoints {

/// GET /: a short, finite text, without delay. The Functions host polls this page at its start and keeps the body.
core::task<void> serve_home(context& with, const request& what, reply& to);

/// GET /healthz: the process lives and its event loop turns.
core::task<void> serve_health(context& with, const request& what, reply& to);

/// GET /readyz: 200 if a child answered at the last attempt (`session::readiness`). 503 otherwise, with the reason for clients that may see it.
core::task<void> serve_readiness(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
