#include "bridge/jsonrpc/large_envelope.hpp"

#include <algorithm>

namespace bridge::jsonrpc {

void message_members::on_key(unsigned depth, std::string_view key) {
    const std::optional<object_level> level = depth == 1 ? object_level::message : matches_[depth - 1].inner();
    matches_[depth] = level ? match_name(*level, key) : name_match{};
    // An array's element inside this member has no key of its own, so it is at no level.
    std::fill(matches_.begin() + depth + 1, matches_.end(), name_match{});
}

bool large_envelope::on_member(unsigned depth, std::string_view raw) {
    message_.add(depth, raw);
    return true;
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
