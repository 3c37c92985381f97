#include "bridge/session/handshake_memory.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"

namespace bridge::session {

void handshake_memory::erase(std::vector<entry>::iterator position) {
    bytes_ -= position->size();
    entries_.erase(position);
}

void handshake_memory::record(std::string_view principal, std::string_view program, std::string params) {
    const auto before = std::ranges::find_if(entries_, [&](const entry& each) { return each.is_of(principal, program); });
    if (before != entries_.end()) erase(before);
    entry latest{std::string(principal), std::string(program), std::move(params)};
    // An entry that can never fit would only evict all others.
    const bool fits = latest.size() <= bounds_.handshake_bytes;
    if (!fits || entries_.size() >= bounds_.handshakes || bytes_ + latest.size() > bounds_.handshake_bytes) {
        core::meters().count_hit(core::bound::handshakes);
    }
    if (!fits) return;
    bytes_ += latest.size();
    entries_.push_back(std::move(latest));
    while (entries_.size() > bounds_.handshakes || bytes_ > bounds_.handshake_bytes) erase(entries_.begin());
    charge_.set(bytes_);
}

std::string_view handshake_memory::find(std::string_view principal, std::string_view program) const {
    const auto found = std::ranges::find_if(entries_, [&](const entry& each) { return each.is_of(principal, program); });
    return found == entries_.end() ? std::string_view() : std::string_view(found->params);
}

}  // namespace bridge::session
