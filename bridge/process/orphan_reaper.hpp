// The reaper of orphaned processes, which the first process of a container needs.
#pragma once

#include "bridge/core/event.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::process {

/// Reaps dead processes that the bridge has inherited because their parents are gone. The kernel gives such processes to the first process.
/// If nobody reaps them, they stay for good and use up the process table.
class orphan_reaper {
public:
    /// `ours` knows the bridge's own children. The reaper leaves these to the code that waits for them. `ours` must outlive the reaper.
    orphan_reaper(core::executor loop_executor, const watchdog& ours) : ours_(ours), stopping_(loop_executor) {}

    /// Checks at intervals until `stop`. Spawn it only if the bridge is the first process.
    core::task<void> run();

    void stop();

private:
    void look() const;

    const watchdog& ours_;
    core::event stopping_;
    bool is_stopped_ = false;
};

}  // namespace bridge::process
