#include "bridge/jsonrpc/envelope_builder.hpp"

#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

using core::errc;

bool is_string(std::string_view raw) {
    return raw.starts_with('"');
}

bool is_integer(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9')) &&
           raw.find_first_of(".eE") == std::string_view::npos;
}

bool is_id(std::string_view raw) {
    return is_string(raw) || is_integer(raw);
}

// Of a method as it is written, with its quotes. It is copied and compared many times, and servers give methods tens of bytes.
constexpr std::size_t longest_method = 1024;

// `twice` if the slot is taken.
const char* fill(std::string_view& slot, std::string_view raw, const char* twice) {
    if (!slot.empty()) return twice;
    slot = raw;
    return nullptr;
}

}  // namespace

const char* envelope_builder::add(std::string_view key, std::string_view raw) {
    if (string_equals(key, "jsonrpc")) return fill(version_, raw, "two members \"jsonrpc\"");
    if (string_equals(key, "id")) return fill(message_.id, raw, "two members \"id\"");
    if (string_equals(key, "method")) return fill(message_.method, raw, "two members \"method\"");
    if (string_equals(key, "result")) return fill(message_.result, raw, "two members \"result\"");
    if (string_equals(key, "error")) return fill(message_.error, raw, "two members \"error\"");
    if (string_equals(key, "params")) return fill(message_.params, raw, "two members \"params\"");
    return nullptr;
}

const char* envelope_builder::add_param(std::string_view key, std::string_view raw) {
    if (string_equals(key, "_meta")) return fill(message_.meta, raw, "two members \"_meta\"");
    if (string_equals(key, "progressToken")) return fill(message_.progress_token, raw, "two members \"progressToken\"");
    if (string_equals(key, "requestId")) return fill(message_.request_id, raw, "two members \"requestId\"");
    return nullptr;
}

const char* envelope_builder::add_meta(std::string_view key, std::string_view raw) {
    if (!string_equals(key, "progressToken")) return nullptr;
    return fill(message_.meta_progress_token, raw, "two members \"progressToken\"");
}

read_outcome envelope_builder::finish(bool has_line_breaks) {
    message_.has_line_breaks = has_line_breaks;
    if (message_.params == "null") message_.params = {};
    if (const char* fault = shape_fault()) return refusal(fault);
    return message_;
}

// What keeps valid JSON from being an MCP message, or null.
const char* envelope_builder::shape_fault() {
    if (version_ != "\"2.0\"") return "\"jsonrpc\" is not \"2.0\"";
    if (!message_.method.empty()) return call_fault();
    if (message_.id.empty()) return "neither \"method\" nor \"id\" is there";
    if (message_.result.empty() == message_.error.empty()) {
        return message_.result.empty() ? "neither \"method\", \"result\" nor \"error\" is there"
                                       : "both \"result\" and \"error\" are there";
    }
    message_.kind = message_.error.empty() ? message_kind::result : message_kind::error;
    if (message_.kind == message_kind::error && !message_.error.starts_with('{')) return "\"error\" is not an object";
    // An error that answers a message whose id could not be read has the id null (JSON-RPC 2.0, section 5).
    const bool null_error = message_.kind == message_kind::error && message_.id == "null";
    if (!null_error && !is_id(message_.id)) return "\"id\" is neither a string nor an integer";
    return nullptr;
}

const char* envelope_builder::call_fault() {
    message_.kind = message_.id.empty() ? message_kind::notification : message_kind::request;
    if (!message_.result.empty() || !message_.error.empty()) return "both a method and an answer are there";
    if (!is_string(message_.method)) return "\"method\" is not a string";
    if (message_.method.size() > longest_method) return "\"method\" is longer than 1024 bytes";
    if (!message_.id.empty() && !is_id(message_.id)) return "\"id\" is neither a string nor an integer";
    if (!message_.params.empty() && !message_.params.starts_with('{')) return "\"params\" is not an object";
    const std::string_view token = message_.meta_progress_token;
    if (!token.empty() && !is_id(token)) return "\"progressToken\" is neither a string nor an integer";
    return nullptr;
}

read_error envelope_builder::refusal(const char* fault) const {
    return {.code = errc::not_json_rpc, .text = fault, .id = is_id(message_.id) ? message_.id : std::string_view{}};
}

read_error scan_failure(errc code, const char* reason, std::size_t offset) {
    return {.code = code, .text = std::string(reason) + " at byte " + std::to_string(offset), .id = {}};
}

}  // namespace bridge::jsonrpc
