// Whether the bridge can serve.
#pragma once

#include <string>

#include "bridge/core/activity.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/lifetime.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::session {

/// Says what the children's last starts and ends have shown; before any, a first trial. As long as something is wrong, it is
/// tried again when somebody asks, but not more often than every few seconds, and as the restart policy allows: so it is
/// found out without clients that the server is mended. That no child runs because nobody needs one is nothing wrong.
class readiness {
public:
    readiness(core::executor where, sessions& of) : where_(where), sessions_(of) {}

    /// Starts a trial in the background, unless one runs or the bridge is stopping.
    void try_now();

    /// What keeps the bridge from serving, as one sentence; empty if nothing does. May start a trial.
    std::string obstacle();

    void set_stopping() { stopping_ = true; }

private:
    static core::task<void> run_trial(std::weak_ptr<readiness> self, core::activity::token trying);
    void note_trial(std::string failure);

    core::executor where_;
    sessions& sessions_;
    bool was_tried_ = false;
    std::string failure_;  // of the bridge itself in the last trial
    core::activity trying_;
    bool stopping_ = false;
    core::clock::time_point next_trial_{};
    core::lifetime<readiness> alive_{*this};
};

}  // namespace bridge::session
