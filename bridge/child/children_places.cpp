// The line of claims that wait for a place when the maximum number of children runs.
#include <algorithm>

#include "bridge/child/children.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

constexpr const char* stopping = "the bridge is shutting down";

// The interval at which the line looks for a session that can be put to sleep: no event says that a session has become idle.
constexpr auto look_interval = 200ms;

// The value of Retry-After for a claim that got no place.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

}  // namespace

// A claim that waits for a place. It is in the line as long as the object lives.
class children::place_in_line {
public:
    place_in_line(children& of, std::weak_ptr<link_owner> owner, std::string principal)
        : called(of.where_), children_(of), owner_(std::move(owner)), principal_(std::move(principal)), part_(of.shares_.want(principal_)) {
        children_.line_.push_back(this);
    }
    ~place_in_line() {
        std::erase(children_.line_, this);
        children_.call_first_in_line();
        // The claim at the front looks for places on behalf of all claims.
        if (!children_.line_.empty()) children_.line_.front()->called.notify();
        children_.refiller_->check();
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    /// True once this claim is the next one and a place is free.
    bool is_served() const {
        const bool is_free = children_.links_.size() < children_.bounds_.children || children_.has_warm();
        return is_free && children_.first_in_line() == this;
    }

    bool is_of(const link_owner& owner) const { return owner_.lock().get() == &owner; }
    const std::string& principal() const { return principal_; }

    /// Ends the wait with the refusal `why`.
    void refuse(refusal why) {
        refused = std::move(why);
        called.notify();
    }

    core::event called;
    std::optional<refusal> refused;

private:
    children& children_;
    std::weak_ptr<link_owner> owner_;
    std::string principal_;
    fair_share::part part_;
};

std::vector<std::string_view> children::principals_in_line() const {
    std::vector<std::string_view> out;
    for (const place_in_line* each : line_) out.push_back(each->principal());
    return out;
}

children::place_in_line* children::first_in_line() const {
    return line_.empty() ? nullptr : line_[shares_.first(principals_in_line())];
}

void children::call_first_in_line() {
    if (place_in_line* const first = first_in_line()) first->called.notify();
}

void children::call_all_in_line() {
    for (place_in_line* each : line_) each->called.notify();
}

// Why one more claim may not wait; nothing if the line has room, or if another claim was refused to make room.
std::optional<refusal> children::admit_to_line(const claim& what) {
    if (what.full != when_full::wait_briefly || line_.size() < bounds_.waiting_requests) return std::nullopt;
    core::meters().note_hit(core::bound::waiting_requests);
    refusal too_many = refusal::at_limit(std::to_string(line_.size()) + " requests wait for a server process already", when_to_come_again);
    const std::size_t out = shares_.refused(principals_in_line(), what.principal);
    if (out == line_.size()) return too_many;
    line_[out]->refuse(std::move(too_many));
    return std::nullopt;
}

// Returns nothing once there is a place, which stays free until the next turn of the loop. Otherwise returns the refusal.
core::task<std::optional<refusal>> children::wait_in_line(std::weak_ptr<link_owner> owner, claim what) {
    std::optional<refusal> refused = admit_to_line(what);
    if (refused) co_return refused;
    const bool is_brief = what.full == when_full::wait_briefly;
    const auto patience = is_brief ? bounds_.place_timeout : bounds_.start_timeout;
    const auto deadline = core::clock::now() + patience;
    place_in_line mine(*this, std::move(owner), std::move(what.principal));
    free_places();
    while (!closed_ && !mine.refused && !mine.is_served() && core::clock::now() < deadline) {
        const bool looks = line_.front() == &mine;
        if (looks) free_places();
        co_await mine.called.wait_until(looks ? std::min(deadline, core::clock::now() + look_interval) : deadline);
    }
    if (closed_) {
        refused = refusal::closed(stopping);
    } else if (mine.refused) {
        refused = mine.refused;
    } else if (!mine.is_served()) {
        if (is_brief) core::meters().note_hit(core::bound::place_timeout);
        refused = refusal::at_limit(all_run() + ", and none ended within " + std::to_string(patience.count()) + " ms", when_to_come_again);
    }
    co_return refused;
}

void children::withdraw(const link_owner& owner) {
    for (place_in_line* each : line_) {
        if (each->is_of(owner)) each->refuse(refusal::at_limit("the server process is not needed any more"));
    }
}

// ---- who makes room

// The number of places that are free, of warm children, and of children that are about to end.
std::size_t children::places_to_come() const {
    const auto ending = std::ranges::count_if(links_, [](const auto& each) { return !each->takes_calls(); });
    const auto warm = std::ranges::count_if(warm_, [](const auto& each) { return each->takes_calls(); });
    const std::size_t free = bounds_.children - std::min(bounds_.children, links_.size());
    return free + static_cast<std::size_t>(ending + warm);
}

// Ends as many children as there are claims without a place, as far as children can be ended: warm children first.
void children::free_places() {
    std::size_t coming = places_to_come();
    if (coming >= line_.size()) return;
    const std::vector<std::string_view> waiting = principals_in_line();
    const std::vector<fair_share::turn> turns = shares_.turns(waiting);
    for (; coming < turns.size(); ++coming) {
        if (yield_one()) continue;
        const auto& [index, is_below_share] = turns[coming];
        if (sleepers_ == nullptr || !sleepers_->put_one_to_sleep(shares_, waiting[index], is_below_share)) return;
    }
}

std::vector<std::shared_ptr<reserve>> children::living_reserves() const {
    std::vector<std::shared_ptr<reserve>> out;
    for (const auto& each : reserves_) {
        if (auto living = each.lock()) out.push_back(std::move(living));
    }
    return out;
}

bool children::can_yield() const {
    return std::ranges::any_of(living_reserves(), [](const auto& each) { return each->can_yield(); });
}

bool children::yield_one() {
    const auto all = living_reserves();
    const auto found = std::ranges::find_if(all, [](const auto& each) { return each->can_yield(); });
    if (found == all.end()) return false;
    (*found)->yield();
    return true;
}

void children::give_back(const std::shared_ptr<link>& unused, const std::string& reason) {
    release(*unused);
    const bool is_unspoken = unused->takes_calls() && unused->calls().minted() == 0;
    if (closed_ || !is_unspoken || (warm_.size() >= warm_wanted_ && line_.empty())) return unused->close(reason);
    unused->set_owner({});
    warm_.push_back(unused);
    call_first_in_line();
}

}  // namespace bridge::child
