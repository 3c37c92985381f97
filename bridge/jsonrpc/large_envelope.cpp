#include "bridge/jsonrpc/large_envelope.hpp"

#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {

void message_members::on_key(unsigned depth, std::string_view key) {
    if (depth == 1) is_in_params_ = string_equals(key, "params");
    if (depth <= 2) is_in_meta_ = depth == 2 && is_in_params_ && string_equals(key, "_meta");
}

const char* message_members::add(unsigned depth, std::string_view key, std::string_view raw) {
    if (depth == 1) return message_.add(key, raw);
    if (depth == 2 && is_in_params_) return message_.add_param(key, raw);
    if (depth == 3 && is_in_meta_) return message_.add_meta(key, raw);
    return nullptr;
}

bool large_envelope::on_member(unsigned depth, std::string_view raw) {
    const char* const fault = message_.add(depth, key_at(depth), raw);
    return fault == nullptr || fail(core::errc::not_json_rpc, fault);
}

read_outcome large_envelope::outcome() {
    if (has_failed()) return scan_failure(error(), reason(), offset());
    if (first_character() == '{') return message_.message().finish(met_line_break());
    const bool is_batch = first_character() == '[';
    read_error error = message_.message().refusal(is_batch ? "a batch, where one message is expected" : "not a JSON object");
    error.is_batch = is_batch;
    return error;
}

}  // namespace bridge::jsonrpc
