// Stops the bridge in order.
#pragma once

#include <boost/asio/basic_signal_set.hpp>

#include "bridge/child/children.hpp"
#include "bridge/http/server.hpp"
#include "bridge/session/readiness.hpp"

namespace bridge::app {

/// The sequence, begun by SIGTERM or SIGINT:
///
///     1  /readyz says 503
///     2  the listener is closed, idle connections too
///     3  requests in flight are answered, until the drain timeout; what is left then is cut off
///     4  the children go down the stop ladder, all at once; what is left then is killed
///     5  the loop ends; exit code 1 if a call was cut off, or if the ladder did not end all children in time, else 0. A child that the
///        ladder itself kills does not count
///
/// A second signal skips to the killing.
class shutdown {
public:
    /// `metrics`, which may be null, is served until step 5. All must outlive it.
    shutdown(core::executor where, const core::limits& bounds, session::readiness& ready, session::sessions& sessions,
             http::server& server, http::server* metrics, child::children& children);

    /// Waits for the signal, then runs the sequence; to be spawned.
    core::task<void> wait();

    bool has_begun() const { return has_begun_; }
    int exit_code() const { return exit_code_; }

private:
    static core::task<void> hurry(shutdown& self);
    core::task<void> run_sequence();

    core::executor where_;
    const core::limits& bounds_;
    session::readiness& ready_;
    session::sessions& sessions_;
    http::server& server_;
    http::server* metrics_;
    child::children& children_;
    boost::asio::basic_signal_set<core::executor> signals_;
    bool has_begun_ = false;
    int exit_code_ = 0;
};

}  // namespace bridge::app
