// The endpoints of revision 2024-11-05: HTTP+SSE.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// GET of the stream: makes a session, which the client initialises later. The first event, `endpoint`, names the URL for POSTs
/// (`message_reference`). It repeats the query of this request, because clients use the URL unchanged and the query may contain a key. All messages
/// to the client are `message` events on this stream.
///
/// The id of the `endpoint` event names the session, and EventSource sends it when it reconnects (`Last-Event-ID`; HTML, Server-sent events): then
/// the session continues. The session ends `limits::sse_grace` after its stream, or at once if it was never used. No other event has an id, because
/// this transport cannot resume a stream, whatever revision was agreed on.
core::task<void> serve_sse(endpoint_context& context, const request& http_request, reply& http_reply);

/// POST of one JSON-RPC message to the message URL. The status 202 says that the bridge has accepted the message. An error of the HTTP request itself
/// is answered as in Streamable HTTP. If the first request of a session is not `initialize`, its client has reconnected without noticing: see
/// `sessions::resume`.
core::task<void> serve_sse_post(endpoint_context& context, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
