// When a process that ended may be started again.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "bridge/child/refusal.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Says whether another start may be made, from what became of those before. A failure is a start that led to nothing, or
/// a short life: an end before the process had served for `limits.stable_after`. The first start after a failure is free;
/// with each further one within `limits.short_life_window` the delay before the next start doubles. Does no I/O and asks
/// no clock: every function is told the time. States:
///
///     closed     starts are allowed, after a delay if several failed
///     loop       a crash loop, entered with failure `limits.short_lives` in the window: nothing is started until
///                `limits.crash_cool_down` is over
///     trial      one start is under way that decides; others are refused. One whose outcome nobody tells is forgotten
///     probation  the trial could be used: starts are allowed, but the next failure makes a loop of it again
///
/// One that has served for the stable period closes it.
class restart_policy {
public:
    using time_point = core::clock::time_point;

    /// `bounds` must outlive it.
    explicit restart_policy(const core::limits& bounds) : bounds_(bounds) {}

    /// Why no start may be made at `now`, not even after a delay; nothing if one may.
    std::optional<refusal> refusal_at(time_point now) const;

    /// When the next start may be made; not after `now` if at once. Never more than `limits.restart_delay_most` or
    /// `limits.crash_cool_down` away.
    time_point next_start(time_point now) const;

    /// A process is being started, which `next_start` allowed.
    void note_start(time_point now);

    /// It failed; `why` is one sentence. True if that makes a crash loop of it. If it is not `certain` whose fault it was, that
    /// alone is no trouble.
    bool note_failure(time_point now, std::string why, bool certain = true);

    /// It failed when it was opened with a client's words, which may have been the reason: so it does not count unless something is
    /// wrong anyway, or until the bridge's own words fail too. What to do about it.
    enum class step {
        nothing,
        log_loop,  ///< it made a crash loop
        try_own,   ///< it has happened so often that the bridge's own words should be tried: they tell
    };
    step note_doubtful_opening(time_point now, std::string why);

    /// It can be used now.
    void note_opened(time_point now);

    /// One had served for the stable period at `moment`: what failed until then does not count any more.
    void note_stable(time_point moment);

    /// The last failure, as long as nothing has shown since that it is over; empty otherwise.
    std::string trouble() const { return in_trouble_ || !is_calm() ? last_ : std::string(); }

    /// The last failure, whether that is over or not.
    const std::string& last_failure() const { return last_; }

    /// It is in no crash loop, and not just out of one.
    bool is_calm() const { return state_ == state::closed; }

    bool is_on_probation() const { return state_ == state::probation; }

private:
    enum class state { closed, loop, trial, probation };

    std::chrono::milliseconds delay() const;
    void add(std::deque<time_point>& to, time_point failed) const;

    const core::limits& bounds_;
    state state_ = state::closed;
    std::deque<time_point> failures_;  // those that count, at most limits.short_lives
    std::deque<time_point> doubtful_;  // openings with clients' words that failed since the last that did not; as many
    time_point next_{};                // closed, probation: no start before
    time_point until_{};               // loop: its end; trial: when it is forgotten; probation: its end
    std::string last_;                 // failure
    bool in_trouble_ = false;
};

}  // namespace bridge::child
