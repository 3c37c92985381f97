#include "bridge/child/child_places.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/entry.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

constexpr const char* stopping = "the bridge is shutting down";

// The interval at which the line looks for a session that can be put to sleep: no event says that a session has become idle.
constexpr auto look_interval = 200ms;

// The interval between two looks for claims that arrive after a look in vain.
constexpr auto shortest_look_interval = 10ms;

// The value of Retry-After for a claim that got no place.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

}  // namespace

// A claim that waits for a place. It is in the line until it is refused, or until the object is destroyed.
class child_places::place_in_line final : public fair_line::claim {
public:
    place_in_line(child_places& places, std::weak_ptr<link_owner> owner, child::claim wanted)
        : claim(places.line_, std::move(wanted.principal)), called(places.executor_), places_(places), owner_(std::move(owner)),
          is_wanted_(std::move(wanted.is_wanted)) {
        const auto tell = [this](refusal reason) { refuse(std::move(reason)); };
        if (wanted.full == when_full::wait_briefly) place_.emplace(places_.waiting_, principal(), is_wanted_, tell);
        owned_.emplace(places_.by_owner_, places_.by_owner_.emplace(owner_.lock().get(), this));
    }
    ~place_in_line() {
        leave();
        owned_.reset();
        places_.call_first();
        // The claim at the front looks for places on behalf of all claims.
        places_.call_front();
        places_.source_.on_line_shorter();
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    /// True once this claim is the next one and a place is free.
    bool is_served() const {
        const bool is_free = places_.source_.running() < places_.bounds_.children || places_.source_.has_warm();
        return is_free && places_.line_.first() == this;
    }

    /// True if this claim looks for places.
    bool is_at_front() const { return is_in_line() && places_.line_.claims().front() == this; }

    bool is_of(const link_owner& owner) const { return owner_.lock().get() == &owner; }

    /// Ends the wait with the refusal `reason`.
    void refuse(refusal reason) {
        refused = std::move(reason);
        leave();
        called.notify();
    }

    /// Ends the wait if nobody needs the child any more. Returns false then.
    bool is_still_wanted() {
        if (!refused && is_wanted_ && !is_wanted_()) refuse(refusal::not_needed());
        return !refused;
    }

    core::event called;
    std::optional<refusal> refused;

private:
    child_places& places_;
    std::weak_ptr<link_owner> owner_;
    std::function<bool()> is_wanted_;
    std::optional<waiting_line::place> place_;
    std::optional<core::entry<std::multimap<const link_owner*, place_in_line*>>> owned_;
};

void child_places::call_first() {
    if (fair_line::claim* const first = line_.first()) static_cast<place_in_line*>(first)->called.notify();
}

void child_places::call_front() {
    if (!line_.empty()) static_cast<place_in_line*>(line_.claims().front())->called.notify();
}

core::task<std::optional<refusal>> child_places::wait(std::weak_ptr<link_owner> owner, claim wanted) {
    const bool is_brief = wanted.full == when_full::wait_briefly;
    std::optional<refusal> refused = is_brief ? waiting_.admit(wanted.principal) : std::nullopt;
    if (refused) co_return refused;
    const auto patience = is_brief ? bounds_.place_timeout : bounds_.start_timeout;
    const auto deadline = core::clock::now() + patience;
    place_in_line mine(*this, std::move(owner), std::move(wanted));
    if (!free_places()) call_front();
    while (!closed_ && !mine.refused && !mine.is_served() && core::clock::now() < deadline) {
        auto until = deadline;
        if (mine.is_at_front()) until = std::min(deadline, free_places() ? core::clock::now() + look_interval : next_look_);
        co_await mine.called.wait_until(until);
    }
    if (closed_) {
        refused = refusal::closed(stopping);
    } else if (!mine.is_still_wanted()) {
        refused = mine.refused;
    } else if (!mine.is_served()) {
        if (is_brief) core::meters().count_hit(core::bound::place_timeout);
        refused = refusal::at_limit(report_full() + ", and none ended within " + std::to_string(patience.count()) + " ms", when_to_come_again);
    }
    co_return refused;
}

void child_places::withdraw(const link_owner& owner) {
    const auto [first, last] = by_owner_.equal_range(&owner);
    for (auto each = first; each != last; ++each) {
        if (each->second->is_of(owner)) each->second->refuse(refusal::not_needed());
    }
}

// ---- making room

// The claim that gets a place if `coming` places become free, and one more. The claims that nobody needs any more leave the line before it.
std::optional<fair_line::turn> child_places::turn_after(std::size_t coming) {
    for (;;) {
        const std::vector<fair_line::turn> turns = line_.turns(coming + 1);
        const auto is_unwanted = [](const fair_line::turn& each) { return !static_cast<place_in_line*>(each.next)->is_still_wanted(); };
        if (std::ranges::count_if(turns, is_unwanted) > 0) continue;
        if (turns.size() <= coming) return std::nullopt;
        return turns.back();
    }
}

// Ends as many children as there are claims without a place, as far as children can be ended. A claim that nobody needs any more costs nobody a
// child. After a look in vain the next one comes a little later, because each costs time in proportion to the number of clients, and many claims can
// arrive at once. Returns false if the next look is due at that time.
bool child_places::free_places() {
    if (line_.empty()) return true;
    if (core::clock::now() < next_look_) return false;
    const std::size_t free = bounds_.children - std::min(bounds_.children, source_.running());
    for (std::size_t coming = free + source_.sparable(); coming < line_.size(); ++coming) {
        const std::optional<fair_line::turn> next = turn_after(coming);
        if (next && free_place(*next)) continue;
        if (next) next_look_ = core::clock::now() + shortest_look_interval;
        break;
    }
    return true;
}

// Ends the child that can be spared best for `served`: a warm child first.
bool child_places::free_place(const fair_line::turn& served) {
    return yield_one() || (sleepers_ != nullptr && sleepers_->put_one_to_sleep(shares_, served.next->principal(), served.is_below_share));
}

std::vector<std::shared_ptr<reserve>> child_places::living_reserves() const {
    std::vector<std::shared_ptr<reserve>> out;
    for (const auto& each : reserves_) {
        if (auto living = each.lock()) out.push_back(std::move(living));
    }
    return out;
}

bool child_places::can_yield() const {
    return std::ranges::any_of(living_reserves(), [](const auto& each) { return each->can_yield(); });
}

bool child_places::yield_one() {
    const auto all = living_reserves();
    const auto found = std::ranges::find_if(all, [](const auto& each) { return each->can_yield(); });
    if (found == all.end()) return false;
    (*found)->yield();
    return true;
}

// A child without an entry here would count for no principal.
void child_places::assign(link& child, const std::string& principal) {
    if (principal.empty()) return release(child);
    try {
        holders_.insert_or_assign(&child, shares_.hold(principal));
    } catch (...) {
        child.break_off();
        throw;
    }
}

std::string child_places::report_full() const {
    core::meters().count_hit(core::bound::children);
    return "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
}

void child_places::close() {
    closed_ = true;
    for (const auto& each : living_reserves()) each->on_close();
    for (fair_line::claim* each : line_.claims()) static_cast<place_in_line*>(each)->called.notify();
}

}  // namespace bridge::child
