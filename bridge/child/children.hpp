// All child processes of one command.
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

/// The reaction if the maximum number of children runs, and no reserve holds a child that could be ended.
enum class when_full {
    fail,          ///< refuse at once
    wait,          ///< wait in line until a child ends, at most `limits.start_timeout`; the caller bounds how many claims wait
    wait_briefly,  ///< wait in line at most `limits.place_timeout`, if fewer than `limits.waiting_requests` claims wait; idle sessions are put to
                   ///< sleep for it
};

/// A request for a child.
struct claim {
    std::string principal{};  ///< the principal that the place counts for; empty for the bridge itself
    when_full full = when_full::fail;
};

/// Starts children, bounds their number, and keeps a list of all that live, so that the bridge can end every one of them when it stops. Warm children
/// are started ahead of need: they count as children, but the class ends them when a claim needs their place.
///
/// The command has one restart policy, and each client's child slot (`seat`) has a policy of its own. A failure counts against the command if no
/// request of a client had reached the child, whoever needed the child: so a broken server is not started without end. A failure after a client's
/// request counts against the slot of that client: so no client can lock out the others.
class children {
public:
    /// `what`, `bounds`, `secrets` and `memory` must outlive it.
    children(core::executor where, const process::command& what, const core::limits& bounds, const core::redactor& secrets,
             core::memory_budget& memory);
    ~children();
    children(const children&) = delete;
    children& operator=(const children&) = delete;

    /// Keeps `count` warm children from now on, as far as there is room. A warm child is started, and has received no message yet.
    void keep_warm(std::size_t count);

    /// Returns a child that has received no message yet: a warm child, or a new one. If the maximum number of children runs, this function ends a
    /// child that a reserve holds and waits for its place; if no reserve holds one, `what.full` decides. `fair_share` orders the line of waiting
    /// claims. The wait for the delay of the restart policy lasts at most `limits.start_timeout`.
    [[nodiscard]] core::task<granted<std::shared_ptr<link>>> acquire(std::weak_ptr<link_owner> owner, claim what);

    /// `owner` no longer needs a child: its `acquire` fails if it waits in line.
    void withdraw(const link_owner& owner);

    /// Returns a child that its user does not need. A child that has received no message becomes a warm child, if a warm child is missing or a claim
    /// waits. Any other child is ended for `reason`.
    void give_back(const std::shared_ptr<link>& unused, const std::string& reason);

    /// The child of `of` is ending. Its place no longer counts for its principal, although the place is free only when the process has ended.
    void release(const link& of) { holders_.erase(&of); }

    /// When a claim waits and no reserve can yield a child, the class asks `all` to end one. `all` must outlive this object.
    void set_sleepers(sleepers* all) { sleepers_ = all; }

    /// True if a child may be started ahead of need: a place is free, and no claim waits for it.
    bool has_room() const { return has_place(starts_.size()); }

    /// Starts a child at once. Does not wait for a place or for the delay of the restart policy.
    granted<std::shared_ptr<link>> start(const std::weak_ptr<link_owner>& owner);

    // ---- failures

    /// Why no child can be started at the moment, not even after a wait: the command is in a crash loop.
    std::optional<refusal> current_refusal();

    /// The earliest time at which a child may be started ahead of need.
    core::clock::time_point next_start();

    /// Records a failed start, or the death of a child that no client's request had reached. `why` is one sentence.
    void note_failure(std::string why);

    /// Records that a child could not be opened. `why` is one sentence. Without `with_proven_words` the child was opened with the `initialize` of a
    /// client that has never opened a child before, and that message may be the reason. Such a failure alone does not stop other clients from getting
    /// a child. After too many of them, the function of `set_suspicion` is called.
    void note_failed_opening(std::string why, bool with_proven_words);

    /// Sets the function that is called when the bridge should open a child with its own `initialize`, to find out whether the command is broken.
    void set_suspicion(std::function<void()> on_suspicion) { on_suspicion_ = std::move(on_suspicion); }

    /// Records the death of a child that had received calls and had answered none. If another child has answered calls in the window, the call caused
    /// the death. Otherwise the death counts as a failure of the command, because a late consequence of the handshake can kill a server, too.
    void note_doubtful_end(const link& of);

    /// Records that a child has answered `initialize`.
    void note_opened() { policy_.note_opened(core::clock::now()); }

    /// Records what the life of `of`, which ends now, shows about the command. Returns true if the child had served long enough for its end to be no
    /// failure.
    bool note_end(const link& of);

    /// The last failure, as long as no later success has shown that the trouble is over; empty otherwise.
    std::string trouble();

    /// True after the trial that follows a crash loop has succeeded, until a child has served for the stable period.
    bool is_on_probation() const { return policy_.is_on_probation(); }

    /// Waits until `of` allows a start. Returns the refusal if `of` refuses. `of` must outlive the wait.
    core::task<std::optional<refusal>> wait_for_turn(const restart_policy& of);

    /// Waits until `moment`. Returns false if the bridge stops before.
    core::task<bool> pause_until(core::clock::time_point moment);

    /// Adds `held` to the reserves that are asked to yield a child. An entry lasts as long as the object lives.
    void add_reserve(const std::weak_ptr<reserve>& held) { reserves_.push_back(held); }

    /// Checks whether the children still work. To be called about once a second.
    void check(core::clock::time_point now);

    /// Starts the stop ladder of all children, and refuses all further starts and all waiting claims.
    void close_all(const std::string& reason);

    /// True once all starts are refused, because the bridge is shutting down.
    bool is_closed() const { return closed_; }

    /// Kills the process groups of all children at once, and refuses all further starts.
    void kill_all();

    /// Waits until all children have ended. Returns false if that has not happened by `deadline`.
    core::task<bool> wait_all_ended(core::clock::time_point deadline);

    /// True for a short time after a start that failed for lack of descriptors, processes or memory. Nothing is started ahead of need meanwhile.
    bool is_short() const { return core::clock::now() < short_until_; }

    /// The number of children that run, with the warm ones.
    std::size_t count() const { return links_.size(); }

    /// The number of children by state, for metrics.
    struct census {
        std::size_t warm = 0;  ///< started ahead of need, and not in use
        std::size_t open = 0;
        std::size_t closing = 0;
    };
    census take_census() const;

    core::memory_budget& memory() const { return memory_; }

    /// The name of the command in logs and messages.
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
    std::optional<core::clock::time_point> worked_;  // when a child that had answered a call was last known to live
    std::list<pause*> pauses_;
    std::vector<std::shared_ptr<link>> links_;
    std::vector<std::shared_ptr<link>> warm_;  // the members of links_ that are not in use; the oldest first
    std::size_t warm_wanted_ = 0;
    std::shared_ptr<refiller> refiller_;  // refills warm_
    std::vector<std::weak_ptr<reserve>> reserves_;
    sleepers* sleepers_ = nullptr;
    fair_share shares_;
    std::unordered_map<const link*, fair_share::part> holders_;  // the members of links_ that a principal uses
    std::deque<place_in_line*> line_;                            // claims that wait for a place, in the order of their arrival
    std::list<start_in_line*> starts_;                           // waiting starts, which are made one after the other
    core::clock::time_point short_until_{};
    core::clock::time_point next_shortage_log_{};
    bool noted_ = false;  // the note on a command file without permission to execute was logged
    bool closed_ = false;
    core::lifetime<children> alive_{*this};
};

}  // namespace bridge::child
