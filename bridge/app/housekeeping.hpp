// What has to be done now and then.
#pragma once

#include "bridge/core/event.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// Ends what has waited too long in the sessions, and gives back memory that is not needed any more.
class housekeeping {
public:
    /// `of` must outlive it.
    housekeeping(core::executor where, session::sessions& of) : sessions_(of), stopped_(where) {}

    /// To be spawned; ends with `stop`.
    core::task<void> run();

    void stop();

private:
    session::sessions& sessions_;
    core::event stopped_;
    bool is_stopped_ = false;
};

}  // namespace bridge::app
