#include "bridge/child/first_start.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/core/entry.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {

using state = first_process_state;

// ---- one start

first_process::start::~start() {
    if (first_.starter_ == this) {
        first_.starter_ = nullptr;
        first_.settle();
    } else if (first_.state_.is(state::none) || first_.state_.is(state::silent)) {
        // This start may be the one that was woken, and does not need its turn.
        if (!first_.waiting_.empty()) first_.waiting_.front()->called_.notify();
    }
}

bool first_process::start::begin() {
    const bool is_first = first_.state_.is(state::none) || (is_trial_ && first_.state_.is(state::proven));
    if (is_first) {
        first_.starter_ = this;
        first_.follow(nullptr, is_trial_);
        return true;
    }
    if (first_.state_.is(state::proven)) return true;
    const auto now = core::clock::now();
    if (!deadline_) deadline_ = now + first_.bounds_.first_answer_wait;
    if (now < *deadline_) return false;
    core::meters().count_hit(core::bound::first_answer_wait);
    return true;
}

core::task<std::optional<refusal>> first_process::start::wait(std::weak_ptr<link_owner> owner) {
    owner_ = std::move(owner);
    // In the list as long as the wait lasts, also if an exception ends it.
    const core::entry listed(first_.waiting_, first_.waiting_.insert(is_trial_ ? first_.waiting_.begin() : first_.waiting_.end(), this));
    const core::entry owned(first_.by_owner_, first_.by_owner_.emplace(owner_.lock().get(), this));
    first_.wanted_.notify();
    co_await called_.wait_until(deadline_.value_or(core::clock::now()));
    std::optional<refusal> refused;
    if (first_.closed_) refused = refusal::closed("the bridge is shutting down");
    if (is_withdrawn_) refused = refusal::at_limit("the server process is not needed any more");
    co_return refused;
}

void first_process::start::attach(const std::shared_ptr<link>& acquired) {
    const bool is_made = first_.starter_ == this;
    const bool is_silent_one = first_.state_.is(state::silent) && first_.is_first(*acquired);
    const bool is_later_trial = is_trial_ && first_.state_.is(state::proven);
    if (!is_made && !is_silent_one && !is_later_trial) return;
    first_.starter_ = nullptr;
    first_.follow(acquired, is_trial_);
}

// ---- the process

void first_process::follow(std::shared_ptr<link> followed, bool is_trial) {
    link_ = std::move(followed);
    since_ = core::clock::now();
    enter(is_trial ? state::tried : state::taken);
}

// The process that the state was about is gone, or was not started.
void first_process::settle() {
    link_ = nullptr;
    enter(has_answered_ ? state::proven : state::none);
}

void first_process::enter(first_process_state next) {
    state_.enter(next);
    changed_.notify();
    // Only one start can have a process that is silent, or make the first one: waking all each time would cost the square of their number.
    const bool is_for_one = next == state::none || next == state::silent;
    for (start* each : waiting_) {
        if (is_for_one || next == state::proven) each->called_.notify();
        if (is_for_one) break;
    }
    on_change_();
}

core::clock::time_point first_process::next_start_ahead() const {
    if (state_.is(state::none) || state_.is(state::proven)) return core::clock::time_point::min();
    return since_ + bounds_.first_answer_wait;
}

void first_process::record_silent(const std::shared_ptr<link>& started) {
    if (!state_.is(state::none)) return;
    link_ = started;
    since_ = core::clock::now();
    enter(state::silent);
}

void first_process::record_answer(link& source) {
    has_answered_ = true;
    const bool is_trial = state_.is(state::tried) || state_.is(state::ending);
    if (!is_trial) {
        starter_ = nullptr;
        return settle();
    }
    if (!is_first(source) || state_.is(state::ending)) return;
    source.set_disposable();
    enter(state::ending);
}

void first_process::record_gone(const link& gone) {
    if (!is_first(gone)) return;
    // Nobody needed the process, so nobody else reports its end.
    if (state_.is(state::silent) && !gone.was_closed()) {
        spdlog::warn("the server was started, and ended before it got a message: {}", gone.end_reason());
    }
    settle();
}

void first_process::take_back(const link& unused) {
    if (follows(unused)) enter(state::silent);
}

void first_process::withdraw(const link_owner& owner) {
    const auto [first, last] = by_owner_.equal_range(&owner);
    for (auto each = first; each != last; ++each) {
        if (each->second->owner_.lock().get() != &owner) continue;
        each->second->is_withdrawn_ = true;
        each->second->called_.notify();
    }
}

void first_process::close() {
    closed_ = true;
    changed_.notify();
    wanted_.notify();
    for (start* each : waiting_) each->called_.notify();
}

// ---- the trial

// The start timeout and the stop ladder bound the time for which a client has the process.
core::task<void> first_process::wait_for_client() {
    while (!closed_ && !state_.is(state::none) && !state_.is(state::proven)) {
        const bool is_silent = state_.is(state::silent);
        const auto end = is_silent ? since_ + bounds_.trial_after : core::clock::time_point::max();
        if (core::clock::now() >= end) break;
        co_await changed_.wait_until(end);
    }
}

core::task<void> first_process::wait_until_wanted(core::clock::time_point deadline) {
    while (!closed_ && !is_wanted() && core::clock::now() < deadline) co_await wanted_.wait_until(deadline);
}

}  // namespace bridge::child
