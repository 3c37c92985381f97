// Sees to it that there is a watchdog.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "bridge/core/event.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::process {

/// Starts another watchdog when the one that runs ends, as by a hand or for want of memory; says so in the log.
class watchdog_keeper {
public:
    /// `kept` was started, and must outlive it.
    watchdog_keeper(core::executor where, watchdog& kept);

    /// Runs until `stop`; to be spawned.
    core::task<void> run();

    /// Lets `run` return. The watchdog lives on.
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
