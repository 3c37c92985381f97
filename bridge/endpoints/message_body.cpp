#include "bridge/endpoints/message_body.hpp"

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {

namespace error_code = jsonrpc::error_code;

std::optional<problem> check_body(const request_head& head) {
    if (!head.content_encoding.empty() && !http::same_name(head.content_encoding, "identity")) {
        return problem{statuses::unsupported_media_type, error_code::server_error, "Unsupported Media Type: compressed bodies are not taken", {}};
    }
    if (!http::is_json(head.content_type)) {
        return problem{
            statuses::unsupported_media_type, error_code::server_error, "Unsupported Media Type: Content-Type must be application/json", {}};
    }
    return std::nullopt;
}

core::task<jsonrpc::read_outcome> read_large_body(endpoint_context& context, const request& http_request) {
    jsonrpc::read_outcome read = co_await child::read_in_slices(context.listener.executor, http_request.body, context.listener.bounds.json_depth);
    auto* const message = std::get_if<jsonrpc::envelope>(&read);
    if (message != nullptr && message->has_line_breaks) {
        co_await child::blank_in_slices(context.listener.executor, http_request.body);
        message->has_line_breaks = false;
    }
    co_return read;
}

problem unreadable_message(const jsonrpc::read_error& error) {
    if (error.code == core::errc::too_deep) core::meters().count_hit(core::bound::json_depth);
    // The text is a message, so the status is 200: on 400 the Java SDK would give up the whole session.
    if (error.code == core::errc::ambiguous_names) {
        return {statuses::ok, error_code::invalid_request, "Invalid Request: " + error.text, {}};
    }
    if (error.code == core::errc::not_json_rpc) {
        return {statuses::bad_request, error_code::invalid_request, "Invalid Request: " + error.text, {}};
    }
    return {statuses::bad_request, error_code::parse_error, "Parse error: " + error.text, {}};
}

std::optional<problem> check_lengths(const jsonrpc::envelope& message) {
    std::string wrong = jsonrpc::too_long_part(message);
    if (wrong.empty() && message.params.size() > core::longest_initialize_bytes && message.is_method(mcp::method::initialize)) {
        wrong = jsonrpc::too_long("\"params\" of initialize", message.params.size(), core::longest_initialize_bytes);
    }
    if (wrong.empty()) return std::nullopt;
    const bool can_echo = message.kind == jsonrpc::message_kind::request && message.id.size() <= core::longest_id_bytes;
    return problem{can_echo ? statuses::ok : statuses::bad_request, error_code::invalid_request, "Invalid Request: " + wrong, {}};
}

std::string_view echoed_id(std::string_view id) {
    return id.empty() || id.size() > core::longest_id_bytes ? std::string_view("null") : id;
}

core::task<void> send_unreadable(reply& http_reply, const jsonrpc::read_error& error) {
    return send_problem(http_reply, unreadable_message(error), echoed_id(error.id));
}

}  // namespace bridge::endpoints
