// What the first process of a container owes to everybody else's.
#pragma once

#include "bridge/core/event.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::process {

/// Takes away dead processes that have become ours because their parents are gone. The kernel gives them to the first
/// process; if nobody takes them they stay for good, and there is only so much room for them.
class orphan_reaper {
public:
    /// `ours` tells which of the dead are the bridge's own and left to who waits for them; it must outlive this.
    orphan_reaper(core::executor where, const watchdog& ours) : ours_(ours), stopping_(where) {}

    /// Looks every now and then until `stop`; to be spawned, if there is need for it.
    core::task<void> run();

    void stop();

private:
    void look() const;

    const watchdog& ours_;
    core::event stopping_;
    bool is_stopped_ = false;
};

}  // namespace bridge::process
