#include "bridge/child/fair_share.hpp"

#include <algorithm>
#include <utility>

namespace bridge::child {

// ---- what a principal holds or wants

fair_share::part::part(std::shared_ptr<accounts> all, std::string_view principal, std::size_t account::*kind) : kind_(kind) {
    if (principal.empty()) return;
    at_ = all->find(principal);
    if (at_ == all->end()) at_ = all->emplace(principal, account{}).first;
    all_ = std::move(all);
    change_by(1);
}

void fair_share::part::swap(part& other) noexcept {
    std::swap(all_, other.all_);
    std::swap(at_, other.at_);
    std::swap(kind_, other.kind_);
}

fair_share::part& fair_share::part::operator=(part&& other) noexcept {
    if (this == &other) return *this;
    release();
    swap(other);
    return *this;
}

void fair_share::part::change_by(std::ptrdiff_t difference) const {
    at_->second.*kind_ += static_cast<std::size_t>(difference);
    if (kind_ != &account::held) return;
    for (const auto& on_change : at_->second.watchers) on_change();
}

void fair_share::part::release() {
    const auto all = std::exchange(all_, nullptr);
    if (!all) return;
    change_by(-1);
    if (at_->second.held == 0 && at_->second.wanted == 0) all->erase(at_);
}

fair_share::watched_wish::watched_wish(fair_share& shares, std::string_view principal, std::function<void()> on_change)
    : part_(shares.want(principal)) {
    if (!part_.all_) return;
    auto& watchers = part_.at_->second.watchers;
    watcher_ = watchers.insert(watchers.end(), std::move(on_change));
}

fair_share::watched_wish::~watched_wish() {
    if (part_.all_) part_.at_->second.watchers.erase(watcher_);
}

// ---- the rule

std::size_t fair_share::held(std::string_view principal) const {
    const auto found = accounts_->find(principal);
    return found == accounts_->end() ? 0 : found->second.held;
}

std::size_t fair_share::share(std::string_view principal) const {
    const bool is_new = !principal.empty() && !accounts_->contains(principal);
    const std::size_t principals = accounts_->size() + (is_new ? 1 : 0);
    return std::max<std::size_t>(1, principals == 0 ? places_ : places_ / principals);
}

bool fair_share::admits(std::string_view principal, std::size_t taken) const {
    if (taken < places_) return true;
    return taken < with_reserve(places_) && held(principal) < share(principal) && accounts_->size() > accounts_->count(principal);
}

}  // namespace bridge::child
