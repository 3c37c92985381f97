// The keeper that replaces a watchdog that died.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "bridge/core/event.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::process {

/// Starts another watchdog when the running one ends, for example because somebody killed it or memory ran out. Writes that to the log.
class watchdog_keeper {
public:
    /// `kept` must have been started, and must outlive the keeper.
    watchdog_keeper(core::executor loop_executor, watchdog& kept);

    /// Runs until `stop`. Spawn it.
    core::task<void> run();

    /// Makes `run` return. The watchdog lives on.
    void stop();

private:
    core::task<void> wait_for_end();
    core::task<void> start_another();

    watchdog& kept_;
    boost::asio::posix::basic_stream_descriptor<core::executor> pidfd_;
    core::event stopping_;
    bool is_stopped_ = false;
};

}  // namespace bridge::process
