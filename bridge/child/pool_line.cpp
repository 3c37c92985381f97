#include "bridge/child/pool_line.hpp"

#include <iterator>
#include <utility>

#include "bridge/core/steps.hpp"

namespace bridge::child {

// The requests of one principal, and the slots for them; or the slots that are opened ahead of need.
struct pool_line::group {
    group(pool_line& owning_line, std::string owner) : principal(std::move(owner)), line(owning_line) {}
    ~group() {
        const auto found = line.groups_.find(principal);
        if (found != line.groups_.end() && found->second.expired()) line.groups_.erase(found);
    }
    group(const group&) = delete;
    group& operator=(const group&) = delete;

    // Whether the group is in a list of groups. It owns its entry of that list all the time, so that joining the list cannot fail.
    class membership {
    public:
        membership(std::list<group*>& list, group* member) : list_(list), node_{member}, at_(node_.begin()) {}

        void set(bool is_member) {
            if (is_member == node_.empty()) return;
            if (is_member) {
                list_.splice(list_.end(), node_);
            } else {
                node_.splice(node_.end(), list_, at_);
            }
        }

    private:
        std::list<group*>& list_;
        std::list<group*> node_;
        std::list<group*>::iterator at_;
    };

    /// To be called after each change of the lists.
    void refresh() {
        core::count_steps();
        is_uncovered.set(requests.size() > unstarted.size() + started.size());
        is_spare.set(started.size() > requests.size());
    }

    const std::string principal;
    pool_line& line;
    std::list<request*> requests;  // the oldest first
    std::list<opening*> unstarted;
    std::list<opening*> started;  // with a child
    membership is_uncovered{line.uncovered_, this};
    membership is_spare{line.spare_, this};
};

pool_line::pool_line(fair_share& shares) : requests_(shares), ahead_(std::make_shared<group>(*this, std::string())) {}

pool_line::~pool_line() = default;

std::shared_ptr<pool_line::group> pool_line::group_of(const std::string& principal) {
    const auto found = groups_.find(principal);
    if (found != groups_.end()) return found->second.lock();
    auto made = std::make_shared<group>(*this, principal);
    groups_.emplace(made->principal, made);
    return made;
}

// ---- requests

pool_line::request::request(pool_line& line, std::string principal, use wanted_use)
    : claim(line.requests_, std::move(principal)), line_(line), wanted_(wanted_use), group_(line.group_of(claim::principal())),
      at_(group_->requests.insert(group_->requests.end(), this)) {
    if (wanted_ == use::of_slot) ++line_.slots_wanted_;
    group_->refresh();
}

bool pool_line::request::leave() {
    if (!claim::leave()) return false;
    if (wanted_ == use::of_slot) --line_.slots_wanted_;
    const std::shared_ptr<group> left = std::exchange(group_, nullptr);
    left->requests.erase(at_);
    left->refresh();
    return true;
}

pool_line::request* pool_line::first() const {
    while (auto* const next = static_cast<request*>(requests_.first())) {
        core::count_steps();
        if (next->is_still_wanted()) return next;
    }
    return nullptr;
}

pool_line::request* pool_line::uncovered() const {
    if (uncovered_.empty()) return nullptr;
    const group& of = *uncovered_.front();
    const std::size_t count = of.requests.size() - of.unstarted.size() - of.started.size();
    return *std::prev(of.requests.end(), static_cast<std::ptrdiff_t>(count));
}

// ---- openings

pool_line::opening::opening(pool_line& line) : line_(line) {
    join(line_.ahead_);
    ++line_.opened_;
}

// Throws nothing.
void pool_line::opening::join(std::shared_ptr<group> joined) {
    if (group_) {
        node_.splice(node_.end(), is_started_ ? group_->started : group_->unstarted, at_);
        group_->refresh();
    }
    group_ = std::move(joined);
    if (!group_) return;
    std::list<opening*>& next = is_started_ ? group_->started : group_->unstarted;
    next.splice(next.end(), node_);
    group_->refresh();
}

void pool_line::opening::serve(const std::string& principal) {
    join(line_.group_of(principal));
    is_ahead_ = false;
}

void pool_line::opening::set_started(bool is_started) {
    const std::shared_ptr<group> same = group_;
    join(nullptr);
    is_started_ = is_started;
    join(same);
}

void pool_line::opening::drop() {
    if (is_dropped()) return;
    join(nullptr);
    --line_.opened_;
}

bool pool_line::opening::is_wanted() const {
    if (is_ahead()) return true;
    std::size_t covered = group_->started.size() - (is_started_ ? 1 : 0);
    for (auto at = group_->requests.begin(); at != group_->requests.end();) {
        request* const next = *at++;
        core::count_steps();
        if (next->is_still_wanted() && covered-- == 0) return true;
    }
    return false;
}

pool_line::request* pool_line::opening::first_request() const {
    if (is_dropped() || is_ahead()) return nullptr;
    while (!group_->requests.empty()) {
        request* const next = group_->requests.front();
        core::count_steps();
        if (next->is_still_wanted()) return next;
    }
    return nullptr;
}

pool_line::opening* pool_line::ahead() const {
    const std::list<opening*>& best = ahead_->started.empty() ? ahead_->unstarted : ahead_->started;
    return best.empty() ? nullptr : best.front();
}

pool_line::opening* pool_line::spare() const {
    return spare_.empty() ? nullptr : spare_.front()->started.front();
}

}  // namespace bridge::child
