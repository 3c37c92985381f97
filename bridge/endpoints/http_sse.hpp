// The front door of revision 2024-11-05: HTTP+SSE.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// GET of the stream: makes a session whose client initialises it later. The first event, `endpoint`, names the URL to
/// post to, with the query of this request repeated, because clients take it as it is and a key may be in it. All that the
/// client gets comes as `message` on this stream.
///
/// The endpoint's event id names the session, and EventSource repeats it when it comes back (`Last-Event-ID`; HTML,
/// Server-sent events): then the same session goes on. It ends `limits::sse_grace` after its stream, or at once if it was
/// never used. No other event has an id: the transport knows no resuming, whatever revision was agreed on.
core::task<void> serve_sse(context& with, const request& what, reply& to);

/// POST of one JSON-RPC message to the endpoint. 202 says that it was taken; what is wrong with the request itself is
/// answered as in Streamable HTTP. A session whose first request is not `initialize` belongs to a client that came back
/// without noticing: see `sessions::resume`.
core::task<void> serve_message(context& with, const request& what, reply& to);

}  // namespace bridge::endpoints
