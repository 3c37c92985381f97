#include "bridge/endpoints/message_dispatch.hpp"

#include "bridge/endpoints/message_body.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/mcp/era.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::envelope;
using jsonrpc::message_kind;
using jsonrpc::read_error;

// The functions here are no coroutines, except for the one that reads a large body: a small message costs no frame before its transport makes one.

// Returns the transport for a message of the modern era that was posted to the URL of `addressed`. The bridge does not serve that era yet, so
// `addressed` treats the message like any other. Without a session the message is refused, and dual-era clients fall back to `initialize`. The
// transport of the modern era will take the place of this function.
const message_transport& modern_transport(const message_transport& addressed) {
    return addressed;
}

const message_transport& transport_for(const envelope& message, const message_transport& addressed, const request_head& head) {
    const bool names_session = addressed.url_names_session || !head.session_id.empty();
    const mcp::era era = mcp::era_of(message, {.protocol_version = head.protocol_version, .names_session = names_session});
    return era == mcp::era::modern ? modern_transport(addressed) : addressed;
}

core::task<void> serve_outcome(endpoint_context& context, const message_transport& addressed, const request& http_request,
                               const jsonrpc::read_outcome& outcome, reply& http_reply) {
    if (const auto* error = std::get_if<read_error>(&outcome)) {
        // Only the legacy era has batches, so an array has no era to determine.
        if (error->is_batch && addressed.serve_batch != nullptr) return addressed.serve_batch(context, http_request, http_reply);
        return addressed.refuse_text(context, http_request, *error, http_reply);
    }
    const auto& message = std::get<envelope>(outcome);
    if (auto wrong = check_lengths(message)) return send_problem(http_reply, std::move(*wrong), echoed_id(message.id));
    const message_transport& server = transport_for(message, addressed, http_request.head);
    const auto serve = message.kind == message_kind::request ? server.serve_request : server.accept_message;
    return serve(context, http_request, message, http_reply);
}

core::task<void> dispatch_large_message(endpoint_context& context, const message_transport& addressed, const request& http_request,
                                        reply& http_reply) {
    const jsonrpc::read_outcome outcome = co_await read_large_body(context, http_request);
    co_await serve_outcome(context, addressed, http_request, outcome, http_reply);
}

}  // namespace

core::task<void> dispatch_message(endpoint_context& context, const message_transport& addressed, const request& http_request, reply& http_reply) {
    if (http_request.body.size() > jsonrpc::slice_bytes) return dispatch_large_message(context, addressed, http_request, http_reply);
    const jsonrpc::read_outcome outcome = jsonrpc::read_envelope(http_request.body, context.listener.bounds.json_depth);
    return serve_outcome(context, addressed, http_request, outcome, http_reply);
}

}  // namespace bridge::endpoints
