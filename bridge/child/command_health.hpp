// The health of a command, as the lives of its children show it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/child/restart_policy.hpp"

namespace bridge::child {

/// Decides whether the command of the server works, from the lives of all its children. A failure counts against the command if no request of a
/// client had reached the child, whoever needed the child: so a broken server is not started without end. The class does no I/O, but it logs crash
/// loops.
class command_health {
public:
    using children_list = std::vector<std::shared_ptr<link>>;

    /// `name` is the name of the command in the log, and `living` lists the children that run. All arguments must outlive the object.
    command_health(const std::string& name, const core::limits& bounds, const children_list& living)
        : name_(name), bounds_(bounds), living_(living), policy_(bounds) {}

    /// Why no child can be started at the moment, not even after a wait: the command is in a crash loop.
    std::optional<refusal> current_refusal();

    /// The earliest time at which a child may be started.
    core::clock::time_point next_start();

    /// The restart policy of the command, as of the last event or look at the living children.
    const restart_policy& policy() const { return policy_; }

    /// The last failure, as long as no later success has shown that its cause is gone; empty otherwise.
    std::string unresolved_failure();

    /// True after the trial that follows a crash loop has succeeded, until a child has served for the stable period.
    bool is_on_probation() const { return policy_.is_on_probation(); }

    // ---- events. Each `reason` is one sentence.

    void record_start() { policy_.record_start(core::clock::now()); }

    /// Records that a child has answered `initialize`.
    void record_opened() {
        policy_.record_opened(core::clock::now());
        has_opened_ = true;
    }

    /// True once a child has answered `initialize` with a result.
    bool has_opened() const { return has_opened_; }

    /// Records a failed start, or the death of a child that no client's request had reached.
    void record_failure(std::string reason);

    /// Records that a child could not be opened. Without `with_proven_words` the child was opened with the `initialize` of a client that has never
    /// opened a child before, and that message may be the reason. Such a failure alone does not stop other clients from getting a child. After too
    /// many of them, the function of `on_suspected_failure` is called.
    void record_failed_opening(std::string reason, bool with_proven_words);

    /// Records the death of a child that had received calls and had answered none. If another child has answered calls in the window, the call caused
    /// the death. Otherwise the death counts as a failure of the command, because a late consequence of the handshake can kill a server, too.
    void record_doubtful_end(const link& child);

    /// Records the life of `child`, which ends now. Returns true if the child had served long enough for its end to be no failure.
    bool record_end(const link& child);

    /// Records the end of a child that no client has used. Some servers exit if no message arrives for a long time; that is no failure.
    void record_unused_end(const link& child);

    /// Records that `child` has ended, and whether it had answered calls.
    void record_gone(const link& child);

    /// Sets the function that is called when the bridge should open a child with its own `initialize`, to find out whether the command is broken.
    void on_suspected_failure(std::function<void()> check) { on_suspected_failure_ = std::move(check); }

    /// Brings `policy` up to date: children that still serve report nothing by themselves.
    void look_at_living();

private:
    void log_loop() const;

    const std::string& name_;
    const core::limits& bounds_;
    const children_list& living_;
    restart_policy policy_;
    std::function<void()> on_suspected_failure_;
    bool has_opened_ = false;
    std::optional<core::clock::time_point> worked_at_;  // when a child that had answered a call was last known to live
};

}  // namespace bridge::child
