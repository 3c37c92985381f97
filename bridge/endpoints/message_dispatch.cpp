#include "bridge/endpoints/message_dispatch.hpp"

#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/modern.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/mcp/era.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::envelope;
using jsonrpc::message_kind;
using jsonrpc::read_error;

// The functions here are no coroutines, except for the one that reads a large body: a small message costs no frame before its transport makes one.

// The transport for messages of the legacy era where that era is not served.
constexpr message_transport no_legacy{.refuse_text = nullptr, .serve_request = refuse_legacy, .accept_message = refuse_legacy};

// True if a message at the URL of `addressed` can be of the modern era. HTTP+SSE belongs to the legacy era. Where the modern era is not served, the
// transport of the legacy era refuses its messages, because they name no session. Clients of both eras then fall back to `initialize`.
bool may_be_modern(const endpoint_context& context, const message_transport& addressed) {
    return context.modern != nullptr && !addressed.url_names_session;
}

// True if only the head of a request says that it is of the modern era, and no session contradicts it.
bool is_modern_by_head(const request_head& head) {
    return head.session_id.empty() && mcp::is_modern(head.protocol_version);
}

const message_transport& transport_for(const endpoint_context& context, const envelope& message, const message_transport& addressed,
                                       const request_head& head) {
    if (!may_be_modern(context, addressed)) return addressed;
    const mcp::era era = mcp::era_of(message, {.protocol_version = head.protocol_version, .names_session = !head.session_id.empty()});
    // Clients of the modern era send no answers, whatever they put around them.
    const bool is_answer = message.kind == message_kind::result || message.kind == message_kind::error;
    if (era == mcp::era::modern || (is_answer && is_modern_by_head(head))) return modern_http;
    return context.serves_legacy ? addressed : no_legacy;
}

core::task<void> serve_outcome(endpoint_context& context, const message_transport& addressed, const request& http_request,
                               const jsonrpc::read_outcome& outcome, reply& http_reply) {
    if (const auto* error = std::get_if<read_error>(&outcome)) {
        // Only the legacy era has batches.
        const bool is_legacy = context.serves_legacy && !(may_be_modern(context, addressed) && is_modern_by_head(http_request.head));
        if (error->is_batch && is_legacy && addressed.serve_batch != nullptr) return addressed.serve_batch(context, http_request, http_reply);
        return addressed.refuse_text(context, http_request, *error, http_reply);
    }
    const auto& message = std::get<envelope>(outcome);
    if (auto wrong = check_lengths(message)) return send_problem(http_reply, std::move(*wrong), echoed_id(message.id));
    const message_transport& server = transport_for(context, message, addressed, http_request.head);
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
