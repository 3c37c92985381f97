#include "bridge/jsonrpc/large_envelope.hpp"

#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {

bool large_envelope::on_member(unsigned depth, std::string_view raw) {
    const auto lies_in = [this](unsigned outer, std::string_view name) {
        return !key_at(outer).empty() && string_equals(key_at(outer), name);
    };
    const char* fault = nullptr;
    if (depth == 1) {
        fault = message_.add(key_at(1), raw);
    } else if (lies_in(1, "params")) {
        if (depth == 2) fault = message_.add_param(key_at(2), raw);
        if (depth == 3 && lies_in(2, "_meta")) fault = message_.add_meta(key_at(3), raw);
    }
    return fault == nullptr || fail(core::errc::not_json_rpc, fault);
}

read_outcome large_envelope::outcome() {
    if (has_failed()) return scan_failure(error(), reason(), offset());
    const std::size_t first = text().find_first_not_of(" \t\r\n");
    if (text()[first] == '{') return message_.finish(met_line_break());
    const bool is_batch = text()[first] == '[';
    read_error error = message_.refusal(is_batch ? "a batch, where one message is expected" : "not a JSON object");
    error.is_batch = is_batch;
    return error;
}

}  // namespace bridge::jsonrpc
