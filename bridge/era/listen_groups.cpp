#include "bridge/era/listen_groups.hpp"

#include <algorithm>
#include <utility>

namespace bridge::era {

void listen_groups::add_lists() {
    all_.emplace_back().has_lists = true;
}

listen_groups::outcome listen_groups::add(subject kind, const std::string& name) {
    for (listen_group& each : all_) {
        if (each.number != 0 && (each.contains(kind, name) || each.revive(kind, name))) return outcome::done;
    }
    if (bytes() + listen_group::cost_of(name) > most_in_all) return outcome::too_many;
    added_.insert(kind, name);
    return outcome::due;
}

listen_groups::outcome listen_groups::remove(subject kind, const std::string& name) {
    added_.erase(kind, name);
    outcome out = outcome::done;
    for (listen_group& each : all_) {
        if (!each.retire(kind, name)) continue;
        // A long one is replaced when half of it is not wanted any more. Until then the bridge drops what comes for the rest.
        each.must_go = each.bytes() <= usual_bytes || each.stale_bytes() >= each.bytes();
        if (each.must_go) out = outcome::due;
    }
    return out;
}

bool listen_groups::is_due() const {
    return !added_.is_empty() || std::ranges::any_of(all_, [](const listen_group& each) { return each.number == 0 || each.must_go; });
}

const listen_group& listen_groups::begin() {
    next_ = std::exchange(added_, {});
    const bool has_names = !next_.is_empty();
    all_.sort([](const listen_group& a, const listen_group& b) { return a.bytes() < b.bytes(); });
    for (listen_group& each : all_) {
        const bool is_needed = each.number == 0 || each.must_go;
        const bool is_short = has_names && each.bytes() <= std::max(usual_bytes, next_.bytes());
        const bool fits = next_.is_empty() || next_.bytes() + each.bytes() <= most_in_one;
        if (!fits || (!is_needed && !is_short)) continue;
        each.is_replaced = true;
        next_.insert(each);
    }
    return next_;
}

std::vector<std::uint64_t> listen_groups::settle(std::uint64_t number, const listen_group::names& uris, const listen_group::names& tasks) {
    std::vector<std::uint64_t> replaced;
    for (const listen_group& each : all_) {
        if (each.is_replaced && each.number != 0) replaced.push_back(each.number);
    }
    std::erase_if(all_, [](const listen_group& each) { return each.is_replaced; });
    next_.keep(subject::resource, uris);
    next_.keep(subject::task, tasks);
    next_.number = number;
    if (number != 0) all_.push_back(std::move(next_));
    next_ = {};
    return replaced;
}

void listen_groups::fail() {
    for (listen_group& each : all_) each.is_replaced = false;
    next_ = {};
}

bool listen_groups::lose(std::uint64_t number) {
    const auto found = std::ranges::find(all_, number, &listen_group::number);
    if (number == 0 || found == all_.end()) return false;
    found->number = 0;
    return found->has_lists;
}

const listen_group* listen_groups::find(std::uint64_t number) const {
    const auto found = std::ranges::find(all_, number, &listen_group::number);
    return number == 0 || found == all_.end() ? nullptr : &*found;
}

bool listen_groups::contains(subject kind, const std::string& name) const {
    return std::ranges::any_of(all_, [&](const listen_group& each) { return each.number != 0 && each.contains(kind, name); });
}

bool listen_groups::were_agreed(subject kind, const std::string& name) const {
    return std::ranges::any_of(all_, [&](const listen_group& each) { return each.contains(kind, name); });
}

bool listen_groups::have_lists() const {
    return std::ranges::any_of(all_, [](const listen_group& each) { return each.number != 0 && each.has_lists; });
}

bool listen_groups::has_lost() const {
    return std::ranges::any_of(all_, [](const listen_group& each) { return each.number == 0; });
}

std::size_t listen_groups::bytes() const {
    std::size_t out = added_.bytes() + next_.bytes();
    for (const listen_group& each : all_) out += each.bytes() + each.stale_bytes();
    return out;
}

}  // namespace bridge::era
