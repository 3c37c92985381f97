// What has to be done now and then.
#pragma once

#include "bridge/child/children.hpp"
#include "bridge/core/event.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// Ends what has waited too long in the sessions, looks after the children, and gives back memory that is not needed any more.
class housekeeping {
public:
    /// Both must outlive it.
    housekeeping(core::executor where, session::sessions& sessions, child::children& children)
        : sessions_(sessions), children_(children), stopped_(where) {}

    /// To be spawned; ends with `stop`.
    core::task<void> run();

    void stop();

private:
    session::sessions& sessions_;
    child::children& children_;
    core::event stopped_;
    bool is_stopped_ = false;
};

}  // namespace bridge::app
