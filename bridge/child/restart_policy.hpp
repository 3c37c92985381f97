// The times at which a process may be started again.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "bridge/child/refusal.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Decides from the outcomes of earlier starts whether another start is allowed. A failure is a start that led to nothing, or a short life: an end
/// before the process had served for `limits.stable_after`. The first start after a failure has no delay. With each further failure within
/// `limits.short_life_window` the delay before the next start doubles. The class does no I/O and reads no clock: callers pass the time. States:
///
///     closed     starts are allowed, after a delay if several failed
///     loop       a crash loop, entered with failure `limits.short_lives` in the window: no start is allowed until
///                `limits.crash_cool_down` is over
///     trial      one start is under way, and its outcome decides; other starts are refused. The policy forgets a trial whose outcome
///                nobody reports
///     probation  the trial succeeded: starts are allowed, but the next failure enters `loop` again
///
/// A process that has served for the stable period leads to `closed`.
class restart_policy {
public:
    using time_point = core::clock::time_point;

    /// `bounds` must outlive it.
    explicit restart_policy(const core::limits& bounds) : bounds_(bounds) {}

    /// Why no start is allowed at `now`, not even after a delay; nothing if a start is allowed.
    std::optional<refusal> refusal_at(time_point now) const;

    /// The time of the next allowed start; a time up to `now` allows a start at once. It is at most `limits.restart_delay_most` or
    /// `limits.crash_cool_down` away.
    time_point next_start(time_point now) const;

    /// Records a start, which `next_start` allowed. While there is no delay, starts do not wait for each other. While repeated failures cause a
    /// delay, one start is made at a time: the next start waits for the delay, or until `record_opened` reports that this one succeeded.
    void record_start(time_point now);

    /// Records a failure; `reason` is one sentence. Returns true if the failure starts a crash loop. A failure whose cause is not `certain` does not
    /// alone set the failure that `unresolved_failure` reports.
    bool record_failure(time_point now, std::string reason, bool certain = true);

    /// Records that a process could not be opened with the `initialize` of a client. The client's message may be the reason, so the failure does not
    /// count unless a failure is unresolved already, or until an `initialize` of the bridge fails, too. Returns what the caller must do.
    enum class step {
        nothing,
        log_loop,  ///< log that a crash loop has begun
        try_own,   ///< open a process with the bridge's own `initialize`: too many clients' openings failed, and this one shows whose fault it is
    };
    step record_doubtful_opening(time_point now, std::string reason);

    /// Records that a process was opened and can be used.
    void record_opened(time_point now);

    /// Records that a process had served for the stable period at `moment`: failures up to then no longer count.
    void record_stable(time_point moment);

    /// The last failure, as long as no later success has shown that its cause is gone; empty otherwise.
    std::string unresolved_failure() const { return is_unresolved_ || !is_calm() ? last_ : std::string(); }

    /// The last failure, even if its cause is gone.
    const std::string& last_failure() const { return last_; }

    /// True in the state `closed`: neither a crash loop nor its trial or probation.
    bool is_calm() const { return state_ == state::closed; }

    bool is_on_probation() const { return state_ == state::probation; }

private:
    enum class state { closed, loop, trial, probation };

    std::chrono::milliseconds delay() const;
    void add(std::deque<time_point>& times, time_point failed) const;

    const core::limits& bounds_;
    state state_ = state::closed;
    std::deque<time_point> failures_;  // the failures that count, at most limits.short_lives
    std::deque<time_point> doubtful_;  // failed openings with clients' words, since the last success or certain failure; at most as many
    time_point next_{};                // closed, probation: the earliest next start
    time_point until_{};               // loop, probation: its end; trial: the time at which it is forgotten
    std::string last_;                 // the last failure
    bool is_unresolved_ = false;
};

}  // namespace bridge::child
