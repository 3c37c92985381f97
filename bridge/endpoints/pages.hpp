// The pages for people, probes and platforms.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::endpoints {

/// GET /: a short, finite text, at once. The Functions host polls it at start and keeps the body.
core::task<void> serve_home(context& with, const request& what, reply& to);

/// GET /healthz: the process lives and its loop turns.
core::task<void> serve_health(context& with, const request& what, reply& to);

/// GET /readyz: a child answered when one was last asked; 503 otherwise, with the reason for those who may see it.
core::task<void> serve_readiness(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
