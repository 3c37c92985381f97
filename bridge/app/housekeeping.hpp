// The periodic work of the bridge.
#pragma once

#include <sys/types.h>

#include <optional>

#include "bridge/app/remembered_server.hpp"
#include "bridge/child/children.hpp"
#include "bridge/core/event.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// Ends sessions and requests that have waited too long, checks the children, writes down what they have taught, returns unused memory to the system,
/// and stops the bridge (SIGTERM) if the host that started it is gone.
class housekeeping {
public:
    /// All arguments must outlive this object. `host`, if there is one, is the parent process without which the bridge has nothing to do.
    housekeeping(core::executor loop_executor, session::sessions& sessions, era::modern_clients& modern, child::children& children,
                 remembered_server& remembered, core::memory_budget& memory, std::optional<pid_t> host)
        : sessions_(sessions), modern_(modern), children_(children), remembered_(remembered), memory_(memory), host_(host), stopped_(loop_executor) {}

    /// Runs until `stop`. Spawn it.
    core::task<void> run();

    void stop();

private:
    void look_for_host();

    session::sessions& sessions_;
    era::modern_clients& modern_;
    child::children& children_;
    remembered_server& remembered_;
    core::memory_budget& memory_;
    std::optional<pid_t> host_;  // until the host is found to be gone
    core::event stopped_;
    bool is_stopped_ = false;
};

}  // namespace bridge::app
