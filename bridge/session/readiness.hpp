// Whether the bridge can serve.
#pragma once

#include <string>

#include "bridge/core/event.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::session {

/// Knows whether a child answered when one was last asked. States: unknown until the first trial ends, then ready or
/// failed. A failed one is tried again when somebody asks, but not more often than every few seconds.
class readiness {
public:
    readiness(core::executor where, sessions& of) : where_(where), sessions_(of) {}

    /// Starts a trial in the background, unless one runs or the bridge is stopping.
    void try_now();

    /// What keeps the bridge from serving, as one sentence; empty if nothing does. May start a trial.
    std::string obstacle();

    /// The outcome of a real opening counts as a trial.
    void note_success() { failure_.clear(), known_ = true; }
    void note_failure(std::string why) { failure_ = std::move(why), known_ = true; }

    void set_stopping() { stopping_ = true; }

private:
    static core::task<void> run_trial(readiness& self);

    core::executor where_;
    sessions& sessions_;
    std::string failure_;
    bool known_ = false;
    bool trying_ = false;
    bool stopping_ = false;
    core::clock::time_point next_trial_{};
};

}  // namespace bridge::session
