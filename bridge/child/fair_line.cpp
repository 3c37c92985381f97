#include "bridge/child/fair_line.hpp"

#include <queue>
#include <utility>

#include "bridge/core/steps.hpp"

namespace bridge::child {

// The claims of one principal.
class fair_line::queue {
public:
    queue(fair_line& line, std::string owner)
        : principal(std::move(owner)), wish_(line.shares_, principal, [this] { reorder(); }), by_turn_(line.by_turn_, this),
          by_total_(line.by_total_, this), queues_(line.queues_) {}
    ~queue() { queues_.erase(principal); }
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;

    /// To be called after each change of its claims. Throws nothing.
    void reorder() {
        core::count_steps();
        if (claims.empty()) return;
        by_turn_.move_to({wish_.held(), claims.front()->arrival_, this});
        // The bridge itself never has to leave.
        if (!principal.empty()) by_total_.move_to({wish_.held() + claims.size(), claims.back()->arrival_, this});
    }

    std::size_t held() const { return wish_.held(); }

    const std::string principal;
    std::list<claim*> claims;  // the oldest first

private:
    // The place of the queue in one of the two orders.
    class place {
    public:
        place(std::set<rank>& order, const queue* placed) : order_(order), at_(order.insert({0, 0, placed}).first) {}
        ~place() { order_.erase(at_); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        void move_to(const rank& next) {
            auto node = order_.extract(at_);
            node.value() = next;
            at_ = order_.insert(std::move(node)).position;
        }

    private:
        std::set<rank>& order_;
        std::set<rank>::iterator at_;
    };

    fair_share::watched_wish wish_;
    place by_turn_;
    place by_total_;
    std::map<std::string_view, std::weak_ptr<queue>>& queues_;
};

fair_line::claim::claim(fair_line& line, std::string principal)
    : principal_(std::move(principal)), arrival_(line.arrivals_++), queue_(line.queue_of(principal_)) {
    in_line_.emplace(line.claims_, line.claims_.insert(line.claims_.end(), this));
    in_queue_.emplace(queue_->claims, queue_->claims.insert(queue_->claims.end(), this));
    queue_->reorder();
}

bool fair_line::claim::leave() {
    const std::shared_ptr<queue> left = std::exchange(queue_, nullptr);
    if (!left) return false;
    in_line_.reset();
    in_queue_.reset();
    left->reorder();
    return true;
}

std::shared_ptr<fair_line::queue> fair_line::queue_of(const std::string& principal) {
    const auto found = queues_.find(principal);
    if (found != queues_.end()) return found->second.lock();
    auto made = std::make_shared<queue>(*this, principal);
    queues_.emplace(made->principal, made);
    return made;
}

fair_line::claim* fair_line::first() const {
    return by_turn_.empty() ? nullptr : std::get<const queue*>(*by_turn_.begin())->claims.front();
}

std::vector<fair_line::turn> fair_line::turns(std::size_t most) const {
    // A principal whose first claims have had their turns.
    struct later {
        std::size_t held;
        const queue* source;
        std::list<claim*>::const_iterator next;
        std::tuple<std::size_t, std::uint64_t> key() const { return {held, (*next)->arrival_}; }
        bool operator<(const later& other) const { return key() > other.key(); }  // for a queue that has the largest on top
    };
    std::priority_queue<later> started;
    auto untouched = by_turn_.begin();
    std::vector<turn> out;
    while (out.size() < most && (!started.empty() || untouched != by_turn_.end())) {
        core::count_steps();
        const auto fresh = [&] {
            const queue* const source = std::get<const queue*>(*untouched);
            return later{source->held(), source, source->claims.begin()};
        };
        later now{};
        if (started.empty() || (untouched != by_turn_.end() && started.top() < fresh())) {
            now = fresh();
            ++untouched;
        } else {
            now = started.top();
            started.pop();
        }
        const bool is_own = now.source->principal.empty();
        out.push_back({*now.next, !is_own && now.held < shares_.share(now.source->principal)});
        if (!is_own) ++now.held;
        if (++now.next != now.source->claims.end()) started.push(now);
    }
    return out;
}

fair_line::claim* fair_line::to_refuse(std::string_view newcomer) const {
    if (by_total_.empty()) return nullptr;
    const auto own = queues_.find(newcomer);
    const auto queued = own == queues_.end() ? nullptr : own->second.lock();
    const std::size_t total_of_newcomer = shares_.held(newcomer) + (queued ? queued->claims.size() : 0) + 1;
    const auto& [most, arrival, holder] = *by_total_.rbegin();
    return most > total_of_newcomer ? holder->claims.back() : nullptr;
}

}  // namespace bridge::child
