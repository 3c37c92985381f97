// Every child of one command line.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/child/fair_share.hpp"
#include "bridge/child/link.hpp"
#include "bridge/child/refiller.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/child/reserve.hpp"
#include "bridge/child/restart_policy.hpp"
#include "bridge/child/sleepers.hpp"
#include "bridge/core/lifetime.hpp"
#include "bridge/process/command.hpp"

namespace bridge::child {

/// What to do if as many children run as may, and no reserve holds one that could be ended.
enum class when_full {
    fail,          ///< at once
    wait,          ///< in line for `limits.start_timeout`, until one ends; the caller bounds how many wait
    wait_briefly,  ///< in line for `limits.place_timeout`, if fewer than `limits.waiting_requests` wait; sessions fall asleep for it
};

/// A wish for a child.
struct claim {
    std::string principal{};  ///< the place counts as held by this one; empty for the bridge itself
    when_full full = when_full::fail;
};

/// Starts children, bounds their number and knows all that live, so that none is forgotten when the bridge stops. Some
/// can be started ahead of need; they count as children, but never keep anybody else from getting one. What fails before
/// any client's request has reached a child is the command's fault, whoever wanted the child: one restart policy for all.
class children {
public:
    /// `what`, `bounds`, `secrets` and `memory` must outlive it.
    children(core::executor where, const process::command& what, const core::limits& bounds, const core::redactor& secrets,
             core::memory_budget& memory);
    ~children();
    children(const children&) = delete;
    children& operator=(const children&) = delete;

    /// From now on keeps `count` processes ready that are started and not yet spoken to, as far as there is room.
    void keep_warm(std::size_t count);

    /// Gives a process that nobody has spoken to: one that was started ahead, or a new one. If as many run as may, one
    /// that a reserve holds is ended and its place awaited; if none is held, `what.full` decides. The line is served in the order
    /// of `fair_share`. A wait for the restart policy's delay lasts at most `limits.start_timeout`.
    [[nodiscard]] core::task<granted<std::shared_ptr<link>>> acquire(std::weak_ptr<link_owner> owner, claim what);

    /// `owner` needs no place any more: its `acquire`, if that waits in line, fails.
    void withdraw(const link_owner& owner);

    /// Takes back a child that is not needed after all. A child that nobody has spoken to is kept as one that was started ahead, if one
    /// is lacking or a claim waits. Any other is ended for `reason`.
    void give_back(const std::shared_ptr<link>& unused, const std::string& reason);

    /// The place of `of`, which ends, does not count as held by its principal any more, though it is free only when the process has ended.
    void release(const link& of) { holders_.erase(&of); }

    /// When a claim waits and no reserve has a child to give up, `all` is asked for one. It must outlive the children.
    void set_sleepers(sleepers* all) { sleepers_ = all; }

    /// True if a process that is not needed yet may be started: there is a place, and nobody waits for it.
    bool has_room() const { return has_place(starts_.size()); }

    /// Starts a child.
    granted<std::shared_ptr<link>> start(const std::weak_ptr<link_owner>& owner);

    // ---- failures

    /// Why no process can be had at the moment, not even by waiting: the command is in a crash loop.
    std::optional<refusal> current_refusal();

    /// When a process that nobody needs yet may be started.
    core::clock::time_point next_start();

    /// A start led to nothing, or a child died that no client's request had reached; `why` is one sentence.
    void note_failure(std::string why);

    /// A child could not be opened; `why` is one sentence. If its words were a client's, with which none was opened before, they may
    /// have been the reason: that alone keeps nobody else from getting a child, and what `set_suspicion` was given is called
    /// once it has happened too often.
    void note_failed_opening(std::string why, bool with_proven_words);

    /// Called when the bridge's own words should show whether the command is at fault.
    void set_suspicion(std::function<void()> on_suspicion) { on_suspicion_ = std::move(on_suspicion); }

    /// A child died that had been called, but had never answered a call. That was the call's fault if others have answered
    /// any in the window; else it counts as a failure, because a server may die of its handshake that late.
    void note_doubtful_end(const link& of);

    /// A child has answered `initialize`.
    void note_opened() { policy_.note_opened(core::clock::now()); }

    /// Notes what the life of `of`, which ends now, says of the command. True if it was long enough to be no failure.
    bool note_end(const link& of);

    /// The last failure that nothing has shown to be over; empty if there is none.
    std::string trouble();

    /// A crash loop may be over: that is known once a child has served for the stable period.
    bool is_on_probation() const { return policy_.is_on_probation(); }

    /// Waits until `of`, which must outlive the wait, allows a start. What it refuses is refused.
    core::task<std::optional<refusal>> wait_for_turn(const restart_policy& of);

    /// Waits until `moment`. False if the bridge stops meanwhile.
    core::task<bool> pause_until(core::clock::time_point moment);

    /// Asks `held` from now on, as long as it lives.
    void add_reserve(const std::weak_ptr<reserve>& held) { reserves_.push_back(held); }

    /// To be called every second or so: looks whether those that run still work.
    void check(core::clock::time_point now);

    /// Starts the stop ladder of all; nothing is started any more, and who waits for a place is told so.
    void close_all(const std::string& reason);

    /// Nothing is started any more: the bridge is shutting down.
    bool is_closed() const { return closed_; }

    /// Kills the process groups of all at once; nothing is started any more.
    void kill_all();

    /// Waits until all have ended. False if `deadline` came first.
    core::task<bool> wait_all_ended(core::clock::time_point deadline);

    /// A start has failed a moment ago because descriptors, processes or memory were missing. Nothing is started ahead meanwhile.
    bool is_short() const { return core::clock::now() < short_until_; }

    /// All that run, those started ahead among them.
    std::size_t count() const { return links_.size(); }

    /// The same by state, for metrics.
    struct census {
        std::size_t warm = 0;  ///< started ahead and not needed yet
        std::size_t open = 0;
        std::size_t closing = 0;
    };
    census take_census() const;

    core::memory_budget& memory() const { return memory_; }

    /// Their name in logs and messages.
    const std::string& name() const { return command_.name; }

private:
    class place_in_line;
    class start_in_line;
    class pause;

    void run(const std::shared_ptr<link>& started);
    static core::task<void> run_and_note(std::weak_ptr<children> self, std::shared_ptr<link> started);
    void note_gone(const std::shared_ptr<link>& which);
    core::task<granted<std::shared_ptr<link>>> start_patiently(std::weak_ptr<link_owner> owner);
    std::string note_shortage(const process::launch_failure& of);
    void start_warm();
    std::shared_ptr<link> take_warm();
    bool has_warm() const;
    bool has_place(std::size_t starting) const { return !closed_ && links_.size() + line_.size() + starting < bounds_.children; }
    bool can_yield() const;
    bool yield_one();
    core::task<std::optional<refusal>> wait_in_line(std::weak_ptr<link_owner> owner, claim what);
    std::optional<refusal> admit_to_line(const claim& what);
    void note_holder(link& of, const std::string& principal);
    std::vector<std::string_view> principals_in_line() const;
    place_in_line* first_in_line() const;
    std::size_t places_to_come() const;
    void free_places();
    void call_all_in_line();
    core::task<void> wait_for_free_turn();
    std::vector<std::shared_ptr<reserve>> living_reserves() const;
    void call_first_in_line();
    void close();
    std::string all_run() const;
    void note_living();
    void log_loop() const;
    void note_end_unused(const link& of);

    core::executor where_;
    const process::command& command_;
    const core::limits& bounds_;
    const core::redactor& secrets_;
    core::memory_budget& memory_;
    core::event changed_;
    restart_policy policy_;
    std::function<void()> on_suspicion_;
    std::optional<core::clock::time_point> worked_;  // when one that had answered a call was last seen alive
    std::list<pause*> pauses_;
    std::vector<std::shared_ptr<link>> links_;
    std::vector<std::shared_ptr<link>> warm_;  // of these, those that nobody has taken; the oldest first
    std::size_t warm_wanted_ = 0;
    std::shared_ptr<refiller> refiller_;  // of warm_
    std::vector<std::weak_ptr<reserve>> reserves_;
    sleepers* sleepers_ = nullptr;
    fair_share shares_;
    std::unordered_map<const link*, fair_share::part> holders_;  // of links_, those that somebody uses
    std::deque<place_in_line*> line_;                            // claims that wait for a place, in the order in which they came
    std::list<start_in_line*> starts_;                           // one after the other
    core::clock::time_point short_until_{};
    core::clock::time_point next_shortage_log_{};
    bool noted_ = false;  // how a file without permission is run
    bool closed_ = false;
    core::lifetime<children> alive_{*this};
};

}  // namespace bridge::child
