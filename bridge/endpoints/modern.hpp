// The endpoint of Streamable HTTP in the modern era, as revision 2026-07-28 defines it.
#pragma once

#include "bridge/endpoints/message_dispatch.hpp"

namespace bridge::endpoints {

/// Serves single messages: a request carries its own envelope, and its reply is the only way to its client. There are no sessions, no event ids, and
/// nothing to resume. A client that closes a reply cancels its request. Notifications get 202 and have no effect, because the only one that the era
/// has for Streamable HTTP names a request by an id that another client can use, too.
extern const message_transport modern_http;

/// The refusal of a message of the legacy era, where the bridge serves the modern era only.
core::task<void> refuse_legacy(endpoint_context& context, const request& http_request, const jsonrpc::envelope& message, reply& http_reply);

}  // namespace bridge::endpoints
