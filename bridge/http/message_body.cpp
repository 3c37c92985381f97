#include "bridge/http/message_body.hpp"

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {

namespace error_code = jsonrpc::error_code;

std::optional<problem> check_body(const request_head& head) {
    if (!head.content_encoding.empty() && !same_name(head.content_encoding, "identity")) {
        return problem{statuses::unsupported_media_type, error_code::server_error,
                       "Unsupported Media Type: compressed bodies are not taken", {}};
    }
    if (!is_json(head.content_type)) {
        return problem{statuses::unsupported_media_type, error_code::server_error,
                       "Unsupported Media Type: Content-Type must be application/json", {}};
    }
    return std::nullopt;
}

core::task<void> send_unreadable(reply& to, const jsonrpc::read_error& error) {
    const bool is_json = error.code == core::errc::not_json_rpc;
    problem wrong{statuses::bad_request, is_json ? error_code::invalid_request : error_code::parse_error,
                  (is_json ? "Invalid Request: " : "Parse error: ") + error.text, {}};
    return send_problem(to, std::move(wrong), error.id.empty() ? std::string_view("null") : error.id);
}

}  // namespace bridge::http
