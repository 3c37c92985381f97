#include "bridge/endpoints/modern_replies.hpp"

#include <utility>

#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;

status http_status(unsigned code) {
    switch (code) {
        case 400: return statuses::bad_request;
        case 404: return statuses::not_found;
        default: return statuses::ok;
    }
}

}  // namespace

core::task<void> refuse(reply& http_reply, const era::request_fault& fault, std::string_view id) {
    const status what = http_status(fault.status());
    problem refusal{what, fault.code, fault.text, {}};
    // Clients of several eras ask for methods of all of them.
    refusal.is_usual = fault.code == error_code::method_not_found || fault.code == mcp::error_code::unsupported_version;
    http::log_problem(http_reply, refusal);
    return http_reply.send(what, json_type, fault.response(id));
}

problem modern(problem legacy) {
    legacy.code = era::modern_code(legacy.code);
    return legacy;
}

era::request_fault unknown_method(std::string text) {
    return {.code = error_code::method_not_found, .text = std::move(text), .is_in_envelope = false};
}

era::request_fault invalid_state() {
    return {.code = error_code::invalid_params, .text = "Invalid or expired requestState", .is_in_envelope = false};
}

stream_reply::manner manner_of(const endpoint_context& context, const request_head& head) {
    const accepted types = accepted::read(head.accept);
    return {.may_stream = types.stream && context.streams_replies, .must_stream = !types.json};
}

std::function<bool()> presence_of(reply& waiting) {
    http::connection_state& connection = waiting.state_of_connection();
    connection.departure.begin();
    return [&connection] { return !connection.client_left; };
}

}  // namespace bridge::endpoints
