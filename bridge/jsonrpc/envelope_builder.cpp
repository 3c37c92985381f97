#include "bridge/jsonrpc/envelope_builder.hpp"

#include <algorithm>
#include <utility>

namespace bridge::jsonrpc {
namespace {

using core::errc;

bool is_string(std::string_view raw) {
    return raw.starts_with('"');
}

bool is_integer(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9')) && raw.find_first_of(".eE") == std::string_view::npos;
}

bool is_id(std::string_view raw) {
    return is_string(raw) || is_integer(raw);
}

}  // namespace

void envelope_builder::add(const name_match& match, std::string_view raw) {
    if (!match.is_guarded) return;
    const guarded_name& name = guarded_names()[match.index];
    const std::uint32_t bit = std::uint32_t{1} << match.index;
    if (name.is_forbidden) {
        if (match.is_exact) repeated_ |= bit;
    } else if (!match.is_exact) {
        folded_ |= bit;
    } else if ((seen_ & bit) != 0) {
        repeated_ |= bit;
    } else {
        seen_ |= bit;
        if (name.slot != nullptr)
            message_.*name.slot = raw;
        else if (name.level == object_level::message)
            version_ = raw;
    }
}

read_outcome envelope_builder::finish(bool has_line_breaks) {
    message_.has_line_breaks = has_line_breaks;
    if (message_.params == "null") message_.params = {};
    if ((repeated_ | folded_) != 0) {
        if (std::string fault = name_fault(); !fault.empty()) {
            read_error error = refusal("");
            error.code = errc::ambiguous_names;
            error.text = std::move(fault);
            error.is_call = !message_.method.empty();
            return error;
        }
    }
    if (const char* fault = shape_fault()) return refusal(fault);
    return message_;
}

// True if `name` means something in messages of this method.
bool envelope_builder::means_something(const guarded_name& name) const {
    if (name.methods[0].empty()) return true;
    return is_string(message_.method) && std::ranges::any_of(name.methods, [this](std::string_view beginning) {
               return !beginning.empty() && compare_folded(message_.method, beginning, true) != likeness::different;
           });
}

// Returns the first name that makes the message ambiguous, in a sentence for the sender, or an empty text.
std::string envelope_builder::name_fault() const {
    for (std::size_t i = 0; i < guarded_name_count; ++i) {
        const std::uint32_t bit = std::uint32_t{1} << i;
        const guarded_name& name = guarded_names()[i];
        if (((repeated_ | folded_) & bit) == 0 || !means_something(name)) continue;
        const std::string quoted = '"' + std::string(name.name) + '"';
        const std::string where(describe(name.level));
        if (name.is_forbidden) return "a member " + quoted + " in " + where;
        if ((repeated_ & bit) != 0) return "two members " + quoted + " in " + where;
        return "a member of " + where + " that some servers read as " + quoted + ", though it is spelled differently";
    }
    return {};
}

// Returns the reason why valid JSON is not an MCP message, or null.
const char* envelope_builder::shape_fault() {
    if (version_ != "\"2.0\"") return "\"jsonrpc\" is not \"2.0\"";
    if (!message_.method.empty()) return call_fault();
    if (message_.id.empty()) return "neither \"method\" nor \"id\" is there";
    if (message_.result.empty() == message_.error.empty()) {
        return message_.result.empty() ? "neither \"method\", \"result\" nor \"error\" is there" : "both \"result\" and \"error\" are there";
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
