// The readiness of the bridge to serve.
#pragma once

#include <string>

#include "bridge/core/activity.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/lifetime.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::session {

/// Reports the outcome of the children's last starts and ends. The first outcome is that of `child::first_process`, which a client or a trial of the
/// bridge initialises. While something is wrong, a question about the readiness starts a new trial, at most every few seconds, and as the restart
/// policy allows. So the bridge finds out without clients that the server works again. The bridge is also ready if no child runs because no client
/// needs one.
class readiness {
public:
    /// `all_sessions` and `all_children` must outlive it.
    readiness(core::executor loop_executor, sessions& all_sessions, child::children& all_children)
        : executor_(loop_executor), sessions_(all_sessions), children_(all_children) {}

    /// Starts the first child, which a client can use, and tries the server in the background if no client has initialised it.
    void start();

    /// Starts a trial in the background, unless one runs or the bridge is shutting down.
    void try_now();

    /// The reason why the bridge cannot serve, as one sentence; empty if it can. May start a trial.
    std::string obstacle();

    void set_stopping() { stopping_ = true; }

private:
    using trial = core::task<void> (*)(std::weak_ptr<readiness> self, core::activity::token trying);

    static core::task<void> run_first(std::weak_ptr<readiness> self, core::activity::token trying);
    static core::task<void> run_trial(std::weak_ptr<readiness> self, core::activity::token trying);
    void spawn(trial run);
    void record_trial(std::string failure);

    core::executor executor_;
    sessions& sessions_;
    child::children& children_;
    bool was_tried_ = false;
    std::string failure_;  // the failure of the bridge itself in the last trial
    core::activity trying_;
    bool stopping_ = false;
    core::clock::time_point next_trial_{};
    core::lifetime<readiness> alive_{*this};
};

}  // namespace bridge::session
