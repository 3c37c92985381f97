#include "bridge/jsonrpc/envelope.hpp"

#include <charconv>

#include "bridge/jsonrpc/scanner.hpp"
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

class reader {
public:
    reader(std::string_view text, unsigned max_depth) : in_(text, max_depth) {}

    std::variant<envelope, read_error> read() {
        if (in_.peek() != '{') return not_an_object();
        const bool whole = in_.object([this](std::string_view key) { return member(key); }) && in_.at_end();
        if (!whole) return failure();
        message_.has_line_breaks = in_.met_line_break();
        if (message_.params == "null") message_.params = {};
        if (const char* fault = shape_fault()) return refusal(fault);
        return message_;
    }

private:
    bool once(std::string_view& slot, const char* twice) {
        if (!slot.empty()) return in_.fail(errc::not_json_rpc, twice);
        return in_.value(slot);
    }

    bool member(std::string_view key) {
        if (string_equals(key, "jsonrpc")) return once(version_, "two members \"jsonrpc\"");
        if (string_equals(key, "id")) return once(message_.id, "two members \"id\"");
        if (string_equals(key, "method")) return once(message_.method, "two members \"method\"");
        if (string_equals(key, "result")) return once(message_.result, "two members \"result\"");
        if (string_equals(key, "error")) return once(message_.error, "two members \"error\"");
        if (string_equals(key, "params")) return params();
        return in_.value();
    }

    bool params() {
        if (!message_.params.empty()) return in_.fail(errc::not_json_rpc, "two members \"params\"");
        if (in_.peek() != '{') return in_.value(message_.params);
        return spanned(message_.params, [this](std::string_view key) {
            if (string_equals(key, "_meta")) return meta();
            if (string_equals(key, "progressToken")) {
                return once(message_.progress_token, "two members \"progressToken\"");
            }
            if (string_equals(key, "requestId")) return once(message_.request_id, "two members \"requestId\"");
            return in_.value();
        });
    }

    bool meta() {
        if (!message_.meta.empty()) return in_.fail(errc::not_json_rpc, "two members \"_meta\"");
        if (in_.peek() != '{') return in_.value(message_.meta);
        return spanned(message_.meta, [this](std::string_view key) {
            if (!string_equals(key, "progressToken")) return in_.value();
            return once(message_.meta_progress_token, "two members \"progressToken\"");
        });
    }

    template <class OnMember>
    bool spanned(std::string_view& raw, OnMember&& on_member) {
        const std::size_t start = in_.offset();
        if (!in_.object(on_member)) return false;
        raw = in_.text().substr(start, in_.offset() - start);
        return true;
    }

    // What keeps valid JSON from being an MCP message, or null.
    const char* shape_fault() {
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

    const char* call_fault() {
        message_.kind = message_.id.empty() ? message_kind::notification : message_kind::request;
        if (!message_.result.empty() || !message_.error.empty()) return "both a method and an answer are there";
        if (!is_string(message_.method)) return "\"method\" is not a string";
        if (!message_.id.empty() && !is_id(message_.id)) return "\"id\" is neither a string nor an integer";
        if (!message_.params.empty() && !message_.params.starts_with('{')) return "\"params\" is not an object";
        const std::string_view token = message_.meta_progress_token;
        if (!token.empty() && !is_id(token)) return "\"progressToken\" is neither a string nor an integer";
        return nullptr;
    }

    read_error refusal(const char* fault) const {
        return {.code = errc::not_json_rpc,
                .text = fault,
                .id = is_id(message_.id) ? message_.id : std::string_view{}};
    }

    read_error failure() const {
        return {.code = in_.error(),
                .text = std::string(in_.reason()) + " at byte " + std::to_string(in_.offset()),
                .id = {}};
    }

    read_error not_an_object() {
        const bool batch = in_.peek() == '[';
        if (!in_.value() || !in_.at_end()) return failure();
        read_error error = refusal(batch ? "a batch, where one message is expected" : "not a JSON object");
        error.is_batch = batch;
        return error;
    }

    scanner in_;
    envelope message_;
    std::string_view version_;
};

}  // namespace

bool envelope::is_method(std::string_view name) const {
    return !method.empty() && string_equals(method, name);
}

std::variant<envelope, read_error> read_envelope(std::string_view text, unsigned max_depth) {
    return reader(text, max_depth).read();
}

std::optional<std::uint64_t> minted_number(std::string_view raw) {
    if (raw.size() > 2 && is_string(raw)) raw = raw.substr(1, raw.size() - 2);
    if (raw.empty() || raw.size() > 16 || raw[0] == '0') return std::nullopt;
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    if (error != std::errc{} || rest != raw.data() + raw.size() || number >= std::uint64_t{1} << 53) return std::nullopt;
    return number;
}

}  // namespace bridge::jsonrpc
