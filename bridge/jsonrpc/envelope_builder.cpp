#include "bridge/jsonrpc/envelope_builder.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/ids.hpp"

namespace bridge::jsonrpc {
namespace {

using core::errc;

bool is_string(std::string_view raw) {
    return raw.starts_with('"');
}

}  // namespace

void envelope_builder::add(const name_match& match, std::string_view raw) {
    if (!match.is_guarded) return;
    const guarded_name& name = guarded_names()[match.index];
    const std::uint32_t bit = std::uint32_t{1} << match.index;
    if (name.is_forbidden) {
        if (match.is_exact) repeated_ |= bit;
    } else if (!match.is_exact || (seen_ & bit) != 0) {
        (match.is_exact ? repeated_ : folded_) |= bit;
        if (name.slot == &envelope::id) add_other_id(raw);
    } else {
        seen_ |= bit;
        if (name.slot != nullptr)
            message_.*name.slot = raw;
        else if (name.part != nullptr)
            note(message_.*name.part, raw);
        else if (name.level == object_level::message)
            version_ = raw;
    }
}

// The params end, and so are known, only after their parts. A text that the bridge accepts is shorter than 4 GiB.
void envelope_builder::note(params_part& part, std::string_view raw) {
    if (origin_ == nullptr) origin_ = raw.data();
    part = {.begin = static_cast<std::uint32_t>(raw.data() - origin_), .size = static_cast<std::uint32_t>(raw.size())};
}

// Makes the places of the parts, which count from `origin_`, count from the params.
void envelope_builder::place_parts() {
    const auto shift = static_cast<std::uint32_t>(origin_ - message_.params.data());
    for (params_part* const part : {&message_.name, &message_.uri, &message_.arguments, &message_.request_state, &message_.input_responses,
                                    &message_.client_capabilities, &message_.log_level}) {
        if (part->size != 0) part->begin += shift;
    }
}

void envelope_builder::add_other_id(std::string_view raw) {
    has_many_ids_ = has_many_ids_ || (!other_id_.empty() && other_id_ != raw);
    other_id_ = raw;
}

// Removes the members that count as absent because they are null.
void envelope_builder::drop_nulls() {
    const auto drop = [](std::string_view& raw, bool is_optional = true) {
        if (is_optional && raw == "null") raw = {};
    };
    drop(message_.params);
    drop(message_.meta_progress_token);
    drop(message_.method, !message_.result.empty() || !message_.error.empty());
    drop(message_.error, !message_.result.empty() || !message_.method.empty());
    drop(message_.result, !message_.error.empty() || !message_.method.empty());
}

read_outcome envelope_builder::finish(bool has_line_breaks) {
    message_.has_line_breaks = has_line_breaks;
    drop_nulls();
    if (origin_ != nullptr) place_parts();
    if ((repeated_ | folded_) != 0) {
        if (std::string fault = name_fault(); !fault.empty()) {
            return refusal(errc::ambiguous_names, std::move(fault));
        }
    }
    if (const char* fault = shape_fault()) return refusal(errc::not_json_rpc, fault);
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
        const std::string_view where = describe(name.level);
        if (name.is_forbidden) return fmt::format("a member \"{}\" in {}", name.name, where);
        if ((repeated_ & bit) != 0) return fmt::format("two members \"{}\" in {}", name.name, where);
        return fmt::format("a member of {} that some servers read as \"{}\", though it is spelled differently", where, name.name);
    }
    return {};
}

// Returns the reason why valid JSON is not an MCP message, or null.
const char* envelope_builder::shape_fault() {
    if (const char* fault = version_fault()) return fault;
    if (!message_.method.empty()) return call_fault();
    if (message_.id.empty()) return "neither \"method\" nor \"id\" is there";
    if (message_.result.empty() == message_.error.empty()) {
        return message_.result.empty() ? "neither \"method\", \"result\" nor \"error\" is there" : "both \"result\" and \"error\" are there";
    }
    message_.lacks_version = version_.empty();
    message_.kind = message_.error.empty() ? message_kind::result : message_kind::error;
    if (message_.kind == message_kind::error && !message_.error.starts_with('{')) return "\"error\" is not an object";
    // An error that answers a message whose id could not be read has the id null (JSON-RPC 2.0, section 5).
    const bool null_error = message_.kind == message_kind::error && message_.id == "null";
    if (!null_error && !is_id(message_.id)) return "\"id\" is neither a string nor an integer";
    return nullptr;
}

const char* envelope_builder::version_fault() const {
    if (version_ == "\"2.0\"") return nullptr;
    if (!version_.empty()) return "\"jsonrpc\" is not \"2.0\"";
    const bool is_optional = rule_ == version_rule::optional_in_answers && message_.method.empty();
    return is_optional ? nullptr : "\"jsonrpc\" is missing";
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

read_error envelope_builder::not_an_object(bool is_array) const {
    read_error error = refusal(errc::not_json_rpc, is_array ? "a batch, where one message is expected" : "not a JSON object");
    error.is_batch = is_array;
    return error;
}

read_error envelope_builder::refusal(errc code, std::string text) const {
    const auto valid = [](std::string_view raw) { return is_id(raw) ? raw : std::string_view{}; };
    read_error error{.code = code, .text = std::move(text), .id = valid(message_.id), .other_id = valid(other_id_)};
    if (error.other_id == error.id) error.other_id = {};
    error.is_call = !version_.empty() && !message_.method.empty();
    const bool has_contents = !version_.empty() || !message_.result.empty() || !message_.error.empty();
    error.is_answer = has_contents && message_.method.empty() && !has_many_ids_;
    return error;
}

read_error scan_failure(errc code, const char* reason, std::size_t offset) {
    return {.code = code, .text = std::string(reason) + " at byte " + std::to_string(offset)};
}

}  // namespace bridge::jsonrpc
