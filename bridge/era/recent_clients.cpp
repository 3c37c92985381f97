#include "bridge/era/recent_clients.hpp"

#include <functional>

#include "bridge/era/modern_client.hpp"

namespace bridge::era {

std::size_t recent_clients::place_of(std::string_view principal, std::string_view capabilities) {
    constexpr std::hash<std::string_view> hash;
    return (hash(principal) ^ hash(capabilities)) % count;
}

std::shared_ptr<modern_client> recent_clients::find(std::string_view principal, std::string_view capabilities) const {
    if (capabilities.size() > longest) return nullptr;
    const entry& there = entries_[place_of(principal, capabilities)];
    return there.principal == principal && there.capabilities == capabilities ? there.client.lock() : nullptr;
}

void recent_clients::remember(std::string_view principal, std::string_view capabilities, const std::shared_ptr<modern_client>& client) {
    if (capabilities.size() > longest) return;
    entries_[place_of(principal, capabilities)] = {std::string(principal), std::string(capabilities), client};
}

void recent_clients::forget_all() {
    entries_ = {};
}

}  // namespace bridge::era
