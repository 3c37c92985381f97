// The end of a process that another one has replaced.
#pragma once

#include "bridge/core/limits.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/http/handover.hpp"
#include "bridge/http/server.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// A process that another one has replaced (`http::handover`) lives until its sessions have ended, and clients of the modern era have come back for
/// their calls and tasks. Then it stops by itself. It also stops if the process that has replaced it has ended, and no other has come within the
/// drain timeout, because no client can reach it then.
class retirement {
public:
    /// All arguments must outlive this object.
    retirement(core::executor loop_executor, const core::limits& bounds, const http::handover& others, const session::sessions& sessions,
               const era::modern_clients& modern, const http::server& server)
        : bounds_(bounds), others_(others), sessions_(sessions), modern_(modern), server_(server), wakes_(loop_executor), waits_(loop_executor) {}

    /// Stops the program when it is no longer needed, as SIGTERM does. Returns then, or after `stop`. Spawn it.
    core::task<void> run();
    void stop();

    /// Another process has replaced this one.
    void begin() { wakes_.notify(); }

    /// Waits until the program is no longer needed, or until `deadline`.
    core::task<void> wait(core::clock::time_point deadline);

private:
    bool is_over() const;

    const core::limits& bounds_;
    const http::handover& others_;
    const session::sessions& sessions_;
    const era::modern_clients& modern_;
    const http::server& server_;
    core::event wakes_;  // for `run`
    core::event waits_;  // for `wait`
    bool is_stopped_ = false;
};

}  // namespace bridge::app
