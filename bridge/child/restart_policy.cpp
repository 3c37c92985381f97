#include "bridge/child/restart_policy.hpp"

#include <algorithm>

namespace bridge::child {
namespace {

using std::chrono::milliseconds;

// The value of Retry-After during a trial: most servers start within this time.
constexpr milliseconds trial_wait{1'000};

std::string in_seconds(milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

std::optional<refusal> restart_policy::refusal_at(time_point now) const {
    if (now >= until_) return std::nullopt;
    if (state_ == state::loop) {
        const auto left = std::chrono::ceil<milliseconds>(until_ - now);
        return refusal::at_limit("the server keeps failing and is not started again for " + in_seconds(left) + ": " + last_, left);
    }
    if (state_ == state::trial) {
        return refusal::at_limit("the server kept failing and is being tried again; before: " + last_, trial_wait);
    }
    return std::nullopt;
}

restart_policy::time_point restart_policy::next_start(time_point now) const {
    if (const auto refused = refusal_at(now)) return now + refused->retry_after.value_or(milliseconds(0));
    return std::max(now, next_);
}

// The delay is 0 up to the first failure in the window.
milliseconds restart_policy::delay() const {
    milliseconds out{0};
    for (std::size_t i = 1; i < failures_.size() && out < bounds_.restart_delay_most; ++i) {
        out = std::max(bounds_.restart_delay, 2 * out);
    }
    return std::min(out, bounds_.restart_delay_most);
}

void restart_policy::record_start(time_point now) {
    if (state_ == state::loop || state_ == state::trial) {
        state_ = state::trial;
        until_ = now + bounds_.start_timeout;
        return;
    }
    std::erase_if(failures_, [&](time_point each) { return now - each > bounds_.short_life_window; });
    // The next start waits for the delay, or until the outcome of this one is known.
    if (const auto wait = delay(); wait > milliseconds(0)) next_ = now + wait;
}

void restart_policy::add(std::deque<time_point>& times, time_point failed) const {
    times.push_back(failed);
    std::erase_if(times, [&](time_point each) { return failed - each > bounds_.short_life_window; });
    if (times.size() > bounds_.short_lives) times.pop_front();
}

restart_policy::step restart_policy::record_doubtful_opening(time_point now, std::string reason) {
    if (is_unresolved_ || state_ != state::closed) return record_failure(now, std::move(reason)) ? step::log_loop : step::nothing;
    add(doubtful_, now);
    return doubtful_.size() >= bounds_.short_lives ? step::try_own : step::nothing;
}

bool restart_policy::record_failure(time_point now, std::string reason, bool certain) {
    last_ = std::move(reason);
    is_unresolved_ = is_unresolved_ || certain;
    // A certain failure shows that the clients' words were not the reason.
    if (certain) failures_.insert(failures_.end(), doubtful_.begin(), doubtful_.end());
    if (certain) doubtful_.clear();
    std::ranges::sort(failures_);
    add(failures_, now);
    while (failures_.size() > bounds_.short_lives) failures_.pop_front();
    // Processes that were started before the crash loop began do not extend it.
    if (state_ == state::loop) return false;
    const bool was_warned = state_ == state::trial || (state_ == state::probation && now < until_);
    const bool is_loop = was_warned || failures_.size() >= bounds_.short_lives;
    state_ = is_loop ? state::loop : state::closed;
    until_ = now + bounds_.crash_cool_down;
    next_ = now + delay();
    return is_loop;
}

void restart_policy::record_opened(time_point now) {
    next_ = {};
    doubtful_.clear();
    if (state_ == state::closed) is_unresolved_ = false;
    if (state_ != state::trial) return;
    state_ = state::probation;
    until_ = now + bounds_.short_life_window;
}

void restart_policy::record_stable(time_point moment) {
    std::erase_if(failures_, [&](time_point each) { return each <= moment; });
    if (!failures_.empty()) return;
    state_ = state::closed;
    next_ = {};
    is_unresolved_ = false;
}

}  // namespace bridge::child
