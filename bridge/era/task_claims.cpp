#include "bridge/era/task_claims.hpp"

#include <algorithm>

namespace bridge::era {

std::shared_ptr<task_claim> task_claims::claim(std::string_view id, std::string_view principal) {
    const auto found = all_.find(id);
    if (const auto known = found == all_.end() ? nullptr : found->second.lock()) {
        if (known->principal == principal) return known;
        known->is_disputed = true;
        return nullptr;
    }
    if (all_.size() >= next_look_) {
        constexpr std::size_t fewest = 64;
        std::erase_if(all_, [](const auto& each) { return each.second.expired(); });
        next_look_ = std::max(fewest, 2 * all_.size());
    }
    auto made = std::make_shared<task_claim>(task_claim{.principal = std::string(principal)});
    all_.insert_or_assign(std::string(id), made);
    return made;
}

}  // namespace bridge::era
