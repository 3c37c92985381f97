#include "bridge/child/sleep_order.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "bridge/core/metrics.hpp"

namespace bridge::child {

// The time for which `each` must have been idle before any other client may have its child's place.
std::chrono::milliseconds sleep_order::patience_with(const idle_client& each) const {
    return each.use == extent_of_use::worked ? bounds_.sleep_after : bounds_.sleep_listed_after;
}

bool sleep_order::put_one_to_sleep(const fair_share& shares, std::string_view principal, bool is_below_share) {
    const auto now = core::clock::now();
    std::vector<idle_client> all;
    for (const idle_clients* each : clients_) each->list_idle(all);
    std::erase_if(all, [&](const idle_client& each) {
        const bool owes_it = is_below_share && each.principal != principal && shares.is_above(each.principal);
        const bool was_idle = each.is_left || now - each.since >= patience_with(each);
        return !owes_it && !was_idle;
    });
    if (all.empty()) return false;
    const auto rank = [&shares](const idle_client& each) {
        return std::tuple(-static_cast<std::ptrdiff_t>(shares.held(each.principal)), !each.is_left, each.use, each.since);
    };
    const idle_client chosen = *std::ranges::min_element(all, {}, rank);
    core::meters().count_hit(chosen.use == extent_of_use::worked ? core::bound::sleep_after : core::bound::sleep_listed_after);
    ++core::meters().children_put_to_sleep;
    if (log_.admits(now)) {
        spdlog::info("an idle client of {} falls asleep: another one needs the place of its process", chosen.principal);
    }
    chosen.fall_asleep();
    return true;
}

}  // namespace bridge::child
