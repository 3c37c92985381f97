// The orderly shutdown of the bridge.
#pragma once

#include <boost/asio/basic_signal_set.hpp>

#include "bridge/app/retirement.hpp"
#include "bridge/app/service_manager.hpp"
#include "bridge/child/children.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/http/server.hpp"
#include "bridge/session/readiness.hpp"

namespace bridge::app {

/// The shutdown sequence, which SIGTERM or SIGINT starts:
///
/// 0. If another process has replaced this one, everything goes on until the last session has ended, or until the drain timeout.
/// 1. /readyz answers 503.
/// 2. The listener and idle connections are closed.
/// 3. Requests in flight are answered and tasks finished until the drain timeout, and cut off then.
/// 4. All children go through the stop ladder at once. The bridge kills the children that are left.
/// 5. The loop ends. The exit code is 1 if a call or task was cut off, or if the ladder did not end all children in time, else 0. A child that the
///    ladder itself kills does not count.
///
/// A second signal kills the children at once.
class shutdown {
public:
    /// `metrics`, which may be null, is served until step 5. All arguments must outlive this object.
    shutdown(core::executor loop_executor, const core::limits& bounds, const service_manager& manager, session::readiness& ready,
             session::sessions& sessions, era::modern_clients& modern, http::server& server, http::server* metrics, child::children& children);

    /// `others` is the way to the processes before and after this one, and `retiring` waits until this one is no longer needed.
    void set_handover(http::handover& others, retirement& retiring);

    /// Waits for the signal, then runs the sequence. Spawn it.
    core::task<void> wait();

    bool has_begun() const { return has_begun_; }
    int exit_code() const { return exit_code_; }

private:
    static core::task<void> hurry(shutdown& self);
    core::task<void> run_sequence();

    core::executor executor_;
    const core::limits& bounds_;
    const service_manager& manager_;
    session::readiness& ready_;
    session::sessions& sessions_;
    era::modern_clients& modern_;
    http::server& server_;
    http::server* metrics_;
    http::handover* others_ = nullptr;
    retirement* retiring_ = nullptr;
    child::children& children_;
    boost::asio::basic_signal_set<core::executor> signals_;
    bool has_begun_ = false;
    int exit_code_ = 0;
};

}  // namespace bridge::app
