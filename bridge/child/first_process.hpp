// The first process of the command, until the command has answered once.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>

#include "bridge/child/first_process_state.hpp"
#include "bridge/child/link.hpp"
#include "bridge/child/server_report.hpp"
#include "bridge/core/activity.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Lets one process at a time be started and initialised until the command has answered `initialize` once. A command can install a package at its
/// first start, and parallel first runs of `npx` break each other's cache (npm/cli#8224); a server can also lock a port or a file. So other
/// starts wait, each at most `limits.first_answer_wait`, and are made beside the first process then.
///
/// The bridge starts the first process itself and says nothing to it. A client that comes takes it, and what becomes of it shows whether the
/// server works. If no client comes within `limits.trial_after`, the bridge initialises the process. `first_process_state` has the states. The
/// class does no I/O: `children` starts the processes and reports what happens to them.
class first_process {
public:
    /// `bounds` must outlive the object. `on_change` is called after each change that can let a start proceed.
    first_process(core::executor executor, const core::limits& bounds, std::function<void()> on_change)
        : executor_(executor), bounds_(bounds), on_change_(std::move(on_change)), report_(executor), changed_(executor), wanted_(executor) {}
    first_process(const first_process&) = delete;
    first_process& operator=(const first_process&) = delete;

    class start;  // in first_start.hpp

    first_process_state state() const { return state_.now(); }

    /// True while starts wait for the process.
    bool is_wanted() const { return !waiting_.empty(); }

    /// The earliest time of a start ahead of need. A change of the state can make it earlier.
    core::clock::time_point next_start_ahead() const;

    // ---- events

    /// `started` was started, and nothing was said to it.
    void record_silent(const std::shared_ptr<link>& started);

    /// `source` has answered `initialize`, with a result or with an error. The process of a trial is then disposable.
    void record_answer(link& source);

    /// `gone` has ended.
    void record_gone(const link& gone);

    /// True if `other` is the process for whose answer starts wait.
    bool follows(const link& other) const { return link_.get() == &other && !has_answered_; }

    /// The user of `unused`, which has received no message, does not need it: if it is the first process, it is silent again.
    void take_back(const link& unused);

    /// `owner` no longer needs a process: its start waits no longer.
    void withdraw(const link_owner& owner);

    /// The bridge is shutting down: all waits end.
    void close();

    // ---- the trial

    /// The report that the server works. The trial is not the only one to make it.
    server_report& report() { return report_; }

    /// The bridge tries the server until the token is destroyed.
    [[nodiscard]] core::activity::token begin_trial() { return trial_.begin(); }
    bool is_on_trial() const { return trial_.is_under_way(); }

    /// Waits while the process is silent, until `limits.trial_after` is over, and while a client initialises it. Only one coroutine may wait.
    core::task<void> wait_for_client();

    /// Waits until `deadline`, or until a start waits for the end of the trial's process. Only one coroutine may wait.
    core::task<void> wait_until_wanted(core::clock::time_point deadline);

private:
    bool is_first(const link& other) const { return link_.get() == &other; }
    void follow(std::shared_ptr<link> followed, bool is_trial);
    void settle();
    void enter(first_process_state next);

    core::executor executor_;
    const core::limits& bounds_;
    std::function<void()> on_change_;
    server_report report_;
    core::event changed_;  // wakes `wait_for_client`
    core::event wanted_;   // wakes `wait_until_wanted`
    core::guarded_state<first_process_state, first_process_changes> state_{first_process_state::none};
    std::shared_ptr<link> link_;                         // the process that the state is about; null while it is being started
    const start* starter_ = nullptr;                     // the start that makes it
    core::clock::time_point since_{};                    // the time of the start of that process
    std::list<start*> waiting_;                          // a trial first, because its outcome says more
    std::multimap<const link_owner*, start*> by_owner_;  // the same starts
    core::activity trial_;
    bool has_answered_ = false;
    bool closed_ = false;
};

}  // namespace bridge::child
