// A process of our own that becomes another program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "bridge/child/unique_fd.hpp"

namespace bridge::child {

/// The program, and what it is to find. All is made before the fork, after which nothing may be allocated.
struct spawn_plan {
    const char* file;
    char* const* arguments;    ///< ends with null
    char* const* environment;  ///< ends with null
    const char* directory;     ///< null for the bridge's own
    int input, output, errors; ///< what become its descriptors 0, 1 and 2; above 2
};

struct spawned {
    pid_t pid = -1;
    unique_fd report;  ///< for `read_report`
};

/// Begins a process that becomes `plan.file`: leader of its own session, with exactly descriptors 0, 1 and 2, an empty signal mask
/// and default dispositions. Does not wait for it. 0, or the errno of what failed before there was a process.
int spawn(const spawn_plan& plan, spawned& child);

/// What has become of a process that `spawn` began, which is known once it is another program or is not going to be: 0, or the errno
/// of that. Nothing if it is not known within `patience`.
std::optional<int> read_report(const unique_fd& report, std::chrono::milliseconds patience);

}  // namespace bridge::child
