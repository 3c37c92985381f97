#include "bridge/jsonrpc/large_envelope.hpp"

#include <algorithm>

namespace bridge::jsonrpc {

void message_members::on_key(unsigned depth, std::string_view key) {
    const std::optional<object_level> level = depth == 1 ? object_level::message : matches_[depth - 1].inner();
    matches_[depth] = level ? match_name(*level, key) : name_match{};
    // An array's element inside this member has no key of its own, so it is at no level.
    std::fill(matches_.begin() + depth + 1, matches_.end(), name_match{});
}

void large_envelope::on_key(unsigned depth) {
    has_key_ = true;
    message_.on_key(depth, key_at(depth));
    listing_.on_key(depth, key_at(depth));
}

bool large_envelope::on_member(unsigned depth, std::string_view raw) {
    message_.add(depth, raw);
    listing_.add(depth, key_at(depth), raw);
    return true;
}

read_outcome large_envelope::outcome_of_value() {
    read_outcome out = message_.message().finish(met_line_break());
    auto* const message = std::get_if<envelope>(&out);
    if (message != nullptr && text().size() > slice_bytes) message->known = listing_.finish();
    return out;
}

read_outcome large_envelope::outcome() {
    if (has_failed()) return failure();
    if (first_character() == '{') return outcome_of_value();
    return message_.message().not_an_object(first_character() == '[');
}

}  // namespace bridge::jsonrpc
