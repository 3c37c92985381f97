// The front door of all messages that clients post.
#pragma once

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// The part of a transport that `dispatch_message` leaves to it: how a message names its session, where the answer goes, and how a refusal reaches
/// the client. Context, request and reply outlive the task that each function returns. The message and the error need not; the text that their views
/// point to is the body of the request.
struct message_transport {
    /// The URL that the client posts to names a session, so no header decides the era of a message.
    bool url_names_session = false;

    /// Serves the JSON array in the body. Null if the transport has no batches; `refuse_text` then gets the array.
    core::task<void> (*serve_batch)(endpoint_context& context, const request& http_request, reply& http_reply) = nullptr;

    /// Refuses a text that is no message.
    core::task<void> (*refuse_text)(endpoint_context& context, const request& http_request, const jsonrpc::read_error& error, reply& http_reply);

    /// Serves a request, whose parts have lengths that the bridge allows.
    core::task<void> (*serve_request)(endpoint_context& context, const request& http_request, const jsonrpc::envelope& message, reply& http_reply);

    /// Accepts a notification or an answer, whose parts have lengths that the bridge allows.
    core::task<void> (*accept_message)(endpoint_context& context, const request& http_request, const jsonrpc::envelope& message, reply& http_reply);
};

/// Serves the POST of one message, or of a batch, to the URL of the transport `addressed`. In this order: parses the body, in slices if it is large;
/// lets the transport refuse a text that is no message; refuses a message with a part that is too long; determines the era of the message; lets the
/// transport of that era serve it. No session is looked up before the era is known.
core::task<void> dispatch_message(endpoint_context& context, const message_transport& addressed, const request& http_request, reply& http_reply);

}  // namespace bridge::endpoints
