#include "bridge/jsonrpc/large_envelope.hpp"

#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {

void large_envelope::on_key(unsigned depth) {
    if (depth == 1) is_in_params_ = string_equals(key_at(1), "params");
    if (depth <= 2) is_in_meta_ = depth == 2 && is_in_params_ && string_equals(key_at(2), "_meta");
}

bool large_envelope::on_member(unsigned depth, std::string_view raw) {
    const char* fault = nullptr;
    if (depth == 1) {
        fault = message_.add(key_at(1), raw);
    } else if (depth == 2 && is_in_params_) {
        fault = message_.add_param(key_at(2), raw);
    } else if (depth == 3 && is_in_meta_) {
        fault = message_.add_meta(key_at(3), raw);
    }
    return fault == nullptr || fail(core::errc::not_json_rpc, fault);
}

read_outcome large_envelope::outcome() {
    if (has_failed()) return scan_failure(error(), reason(), offset());
    if (first_character() == '{') return message_.finish(met_line_break());
    const bool is_batch = first_character() == '[';
    read_error error = message_.refusal(is_batch ? "a batch, where one message is expected" : "not a JSON object");
    error.is_batch = is_batch;
    return error;
}

}  // namespace bridge::jsonrpc
