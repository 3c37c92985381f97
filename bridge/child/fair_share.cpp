#include "bridge/child/fair_share.hpp"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

namespace bridge::child {

// ---- what a principal holds or wants

fair_share::part::part(std::shared_ptr<accounts> all, std::string_view principal, std::size_t account::*kind) : kind_(kind) {
    if (principal.empty()) return;
    at_ = all->find(principal);
    if (at_ == all->end()) at_ = all->emplace(principal, account{}).first;
    all_ = std::move(all);
    ++(at_->second.*kind_);
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

void fair_share::part::release() {
    const auto all = std::exchange(all_, nullptr);
    if (!all) return;
    --(at_->second.*kind_);
    if (at_->second.held == 0 && at_->second.wanted == 0) all->erase(at_);
}

// ---- the rule

std::size_t fair_share::held(std::string_view principal) const {
    const auto found = accounts_->find(principal);
    return found == accounts_->end() ? 0 : found->second.held;
}

// `principal` counts as a principal that wants something.
std::size_t fair_share::share(std::string_view principal) const {
    const bool is_new = !principal.empty() && !accounts_->contains(principal);
    const std::size_t principals = accounts_->size() + (is_new ? 1 : 0);
    return std::max<std::size_t>(1, principals == 0 ? places_ : places_ / principals);
}

bool fair_share::admits(std::string_view principal, std::size_t taken) const {
    if (taken < places_) return true;
    return taken < with_reserve(places_) && held(principal) < share(principal) && accounts_->size() > accounts_->count(principal);
}

std::vector<fair_share::turn> fair_share::turns(const std::vector<std::string_view>& line) const {
    struct queue {
        std::size_t held;
        std::size_t share;
        bool is_own;
        std::deque<std::size_t> waiting;
    };
    std::map<std::string_view, queue> by_principal;
    for (std::size_t i = 0; i < line.size(); ++i) {
        auto at = by_principal.find(line[i]);
        if (at == by_principal.end()) {
            at = by_principal.emplace(line[i], queue{held(line[i]), share(line[i]), line[i].empty(), {}}).first;
        }
        at->second.waiting.push_back(i);
    }
    std::vector<queue> queues;
    queues.reserve(by_principal.size());
    for (auto& [principal, each] : by_principal) queues.push_back(std::move(each));
    std::vector<turn> out;
    while (out.size() < line.size()) {
        const auto rank = [](const queue& each) {
            return std::tuple(each.waiting.empty(), each.held, each.waiting.empty() ? 0 : each.waiting.front());
        };
        queue& next = *std::ranges::min_element(queues, {}, rank);
        out.push_back({next.waiting.front(), !next.is_own && next.held < next.share});
        next.waiting.pop_front();
        if (!next.is_own) ++next.held;
    }
    return out;
}

std::size_t fair_share::first(const std::vector<std::string_view>& line) const {
    const auto least = std::ranges::min_element(line, {}, [this](std::string_view each) { return held(each); });
    return static_cast<std::size_t>(least - line.begin());
}

std::size_t fair_share::refused(const std::vector<std::string_view>& line, std::string_view newcomer) const {
    std::map<std::string_view, std::size_t> total;
    const auto count = [&](std::string_view principal) { ++total.try_emplace(principal, held(principal)).first->second; };
    std::ranges::for_each(line, count);
    count(newcomer);
    std::size_t out = line.size();
    std::size_t most = total[newcomer];
    for (std::size_t i = line.size(); i-- > 0;) {
        if (line[i].empty() || total[line[i]] <= most) continue;
        most = total[line[i]];
        out = i;
    }
    return out;
}

}  // namespace bridge::child
