// What has to be done now and then.
#pragma once

#include <sys/types.h>

#include <optional>

#include "bridge/child/children.hpp"
#include "bridge/core/event.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// Ends what has waited too long in the sessions, looks after the children, gives back memory that is not needed any more, and tells
/// the bridge to stop (SIGTERM) if the host that started it is gone.
class housekeeping {
public:
    /// All must outlive it. `host`, if there is one, is the parent process without which the bridge has nothing to do.
    housekeeping(core::executor where, session::sessions& sessions, child::children& children, core::memory_budget& memory,
                 std::optional<pid_t> host)
        : sessions_(sessions), children_(children), memory_(memory), host_(host), stopped_(where) {}

    /// To be spawned; ends with `stop`.
    core::task<void> run();

    void stop();

private:
    void look_for_host();

    session::sessions& sessions_;
    child::children& children_;
    core::memory_budget& memory_;
    std::optional<pid_t> host_;  // as long as it was not missed
    core::event stopped_;
    bool is_stopped_ = false;
};

}  // namespace bridge::app
