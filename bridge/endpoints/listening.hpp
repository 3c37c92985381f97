// GET: opens the general stream, or resumes a stream.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// Opens the session's general stream. There is one: a newer GET replaces an older one. With `Last-Event-ID`, in a session with resumable streams,
/// the reply resumes exactly the stream that the id names, after that event. The status 405 says that there is nothing (more) to read. Every SDK
/// accepts that silently. A client without a session gets 405, too.
core::task<void> serve_get(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
