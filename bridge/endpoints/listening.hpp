// GET: a client listens to what belongs to none of its requests, or comes back to a stream that it has lost.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// Opens the session's general stream, of which there is one: a newer GET replaces the older. With `Last-Event-ID`, in a
/// session that has resumable streams, it goes on with exactly the stream that the id names, behind that event. 405 says
/// that there is nothing (more) to listen to, which every SDK takes quietly; so do clients without a session.
core::task<void> serve_get(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
