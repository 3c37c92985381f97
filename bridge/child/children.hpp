// All child processes of one command.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "bridge/child/child_census.hpp"
#include "bridge/child/child_places.hpp"
#include "bridge/child/command_facts.hpp"
#include "bridge/child/command_health.hpp"
#include "bridge/child/first_process.hpp"
#include "bridge/child/process_link.hpp"
#include "bridge/child/refiller.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/child/shortage.hpp"
#include "bridge/core/lifetime.hpp"
#include "bridge/process/command.hpp"

namespace bridge::child {

/// Starts children, bounds their number, and keeps a list of all that live, so that the bridge can end every one of them when it stops. Warm children
/// are started ahead of need: they count as children, but the class ends them when a claim needs their place.
class children final : private running_children {
public:
    /// `command`, `bounds`, `secrets` and `memory` must outlive it.
    children(core::executor executor, const process::command& command, const core::limits& bounds, const core::redactor& secrets,
             core::memory_budget& memory);
    ~children() override;
    children(const children&) = delete;
    children& operator=(const children&) = delete;

    /// Keeps `count` warm children from now on, as far as there is room. A warm child is started, and has received no message yet.
    void keep_warm(std::size_t count);

    /// Starts a warm child if none was started yet. A failure is logged and counted.
    void start_first();

    /// Returns a child that has received no message yet: a warm child, or a new one. A new one waits until `first` lets it start. If the maximum
    /// number of children runs, this function ends a child that a reserve holds and waits for its place; if no reserve holds one, `wanted.full`
    /// decides. The wait for the delay of the restart policy lasts at most `limits.start_timeout`.
    [[nodiscard]] core::task<granted<std::shared_ptr<link>>> acquire(std::weak_ptr<link_owner> owner, claim wanted);

    /// Returns a child that its user does not need. A child that has received no message becomes a warm child, if a warm child is missing or a claim
    /// waits. Any other child is ended for `reason`.
    void give_back(const std::shared_ptr<link>& unused, const std::string& reason);

    /// True if a child may be started ahead of need: a place is free, and no claim waits for it.
    bool has_room() const { return places_.has_free(starts_.size()); }

    /// Starts a child at once. Does not wait for a place or for the delay of the restart policy.
    granted<std::shared_ptr<link>> start(const std::weak_ptr<link_owner>& owner);

    /// Why no child can be started at the moment, not even after a wait: the command is in a crash loop.
    std::optional<refusal> current_refusal();

    /// The earliest time at which a child may be started ahead of need.
    core::clock::time_point next_start();

    /// Waits until `policy` allows a start. Returns the refusal if it refuses. `policy` must outlive the wait.
    core::task<std::optional<refusal>> wait_for_turn(const restart_policy& policy);

    /// Waits until `moment`. Returns false if the bridge stops before.
    core::task<bool> pause_until(core::clock::time_point moment);

    /// Checks whether the children still work. To be called about once a second.
    void check(core::clock::time_point now);

    /// Starts the stop ladder of all children, and refuses all further starts and all waiting claims.
    void close_all(const std::string& reason);
    /// Kills the process groups of all children at once, and refuses all further starts.
    void kill_all();
    /// True once all starts are refused, because the bridge is shutting down.
    bool is_closed() const { return closed_; }

    /// Waits until all children have ended. Returns false if that has not happened by `deadline`.
    core::task<bool> wait_all_ended(core::clock::time_point deadline);

    /// True for a short time after a start that failed for lack of descriptors, processes or memory. Nothing is started ahead of need meanwhile.
    bool is_short() const { return core::clock::now() < shortage_.end(); }

    /// The number of children that run, with the warm ones.
    std::size_t count() const { return links_.size(); }
    child_census take_census() const;

    /// The health of the command, as the lives of its children show it, their era, and their last answer to `initialize`.
    command_health& health() { return health_; }
    command_era& era() { return facts_.era; }
    known_answer& answer() { return facts_.answer; }
    /// The places of the children with the claims that wait for one, and the first child, for whose answer other starts wait.
    child_places& places() { return places_; }
    first_process& first() { return first_; }
    core::memory_budget& memory() const { return memory_; }
    /// The name of the command in logs and messages.
    const std::string& name() const { return command_.name; }

private:
    class start_in_line;
    class pause;

    void run(const std::shared_ptr<process_link>& started);
    static core::task<void> run_and_note(std::weak_ptr<children> self, std::shared_ptr<process_link> started);
    void record_gone(const std::shared_ptr<link>& gone);
    void look_for_starts();
    core::task<granted<std::shared_ptr<link>>> start_patiently(std::weak_ptr<link_owner> owner);
    core::task<std::optional<refusal>> wait_for_first(std::weak_ptr<link_owner> owner, first_process::start& mine);
    void start_warm();
    std::shared_ptr<link> acquire_warm();
    core::task<void> wait_for_free_turn();
    void close();

    std::size_t running() const override { return links_.size(); }
    bool has_warm() const override;
    std::size_t sparable() const override;
    void on_line_shorter() override { refiller_->check(); }

    core::executor executor_;
    const process::command& command_;
    const core::limits& bounds_;
    const core::redactor& secrets_;
    core::memory_budget& memory_;
    core::event changed_;
    std::list<pause*> pauses_;
    std::vector<std::shared_ptr<link>> links_;
    std::vector<std::shared_ptr<link>> warm_;  // the members of links_ that are not in use; the oldest first
    std::size_t warm_wanted_ = 0;
    command_health health_;
    std::shared_ptr<refiller> refiller_;  // refills warm_
    command_facts facts_;
    first_process first_;
    child_places places_;
    std::list<start_in_line*> starts_;  // waiting starts, which are made one after the other
    shortage shortage_;
    bool noted_ = false;  // the note on a command file without permission to execute was logged
    bool closed_ = false;
    core::lifetime<children> alive_{*this};
};

}  // namespace bridge::child
