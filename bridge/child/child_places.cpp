#include "bridge/child/child_places.hpp"

#include <algorithm>

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
class child_places::place_in_line {
public:
    place_in_line(child_places& places, std::weak_ptr<link_owner> owner, claim wanted)
        : called(places.executor_), places_(places), owner_(std::move(owner)), principal_(std::move(wanted.principal)),
          is_wanted_(std::move(wanted.is_wanted)) {
        const auto leave = [this](refusal reason) { refuse(std::move(reason)); };
        if (wanted.full == when_full::wait_briefly) place_.emplace(places_.waiting_, principal_, is_wanted_, leave);
        part_ = places_.shares_.want(principal_);
        places_.line_.push_back(this);
    }
    ~place_in_line() {
        std::erase(places_.line_, this);
        places_.call_first();
        // The claim at the front looks for places on behalf of all claims.
        if (!places_.line_.empty()) places_.line_.front()->called.notify();
        places_.source_.on_line_shorter();
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    /// True once this claim is the next one and a place is free.
    bool is_served() const {
        const bool is_free = places_.source_.running() < places_.bounds_.children || places_.source_.has_warm();
        return is_free && places_.first_in_line() == this;
    }

    bool is_of(const link_owner& owner) const { return owner_.lock().get() == &owner; }
    const std::string& principal() const { return principal_; }

    /// Ends the wait with the refusal `reason`.
    void refuse(refusal reason) {
        refused = std::move(reason);
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
    std::string principal_;
    std::function<bool()> is_wanted_;
    std::optional<waiting_line::place> place_;
    fair_share::part part_;
};

std::vector<std::string_view> child_places::principals_in_line() const {
    std::vector<std::string_view> out;
    for (const place_in_line* each : line_) out.push_back(each->principal());
    return out;
}

child_places::place_in_line* child_places::first_in_line() const {
    return line_.empty() ? nullptr : line_[shares_.first(principals_in_line())];
}

void child_places::call_first() {
    if (place_in_line* const first = first_in_line()) first->called.notify();
}

core::task<std::optional<refusal>> child_places::wait(std::weak_ptr<link_owner> owner, claim wanted) {
    const bool is_brief = wanted.full == when_full::wait_briefly;
    std::optional<refusal> refused = is_brief ? waiting_.admit(wanted.principal) : std::nullopt;
    if (refused) co_return refused;
    const auto patience = is_brief ? bounds_.place_timeout : bounds_.start_timeout;
    const auto deadline = core::clock::now() + patience;
    place_in_line mine(*this, std::move(owner), std::move(wanted));
    free_places();
    while (!closed_ && !mine.refused && !mine.is_served() && core::clock::now() < deadline) {
        const bool looks = line_.front() == &mine;
        if (looks) free_places();
        co_await mine.called.wait_until(looks ? std::min(deadline, core::clock::now() + look_interval) : deadline);
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
    for (place_in_line* each : line_) {
        if (each->is_of(owner)) each->refuse(refusal::not_needed());
    }
}

// ---- making room

// Ends as many children as there are claims without a place, as far as children can be ended: warm children first. A claim that nobody needs any more
// costs nobody a child.
void child_places::free_places() {
    const std::size_t free = bounds_.children - std::min(bounds_.children, source_.running());
    std::size_t coming = free + source_.sparable();
    if (coming >= line_.size()) return;
    for (const auto& [index, is_below_share] : shares_.turns(principals_in_line())) {
        place_in_line& next = *line_[index];
        if (!next.is_still_wanted()) continue;
        if (coming != 0) {
            --coming;
        } else if (!yield_one() && (sleepers_ == nullptr || !sleepers_->put_one_to_sleep(shares_, next.principal(), is_below_share))) {
            return;
        }
    }
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
    for (place_in_line* each : line_) each->called.notify();
}

}  // namespace bridge::child
