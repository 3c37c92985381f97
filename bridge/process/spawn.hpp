// The start of a process that executes another program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "bridge/core/unique_fd.hpp"
#include "bridge/process/confinement.hpp"

namespace bridge::process {

/// The program and the state that it starts with. All of it is prepared before the fork, because nothing may be allocated after the fork.
struct spawn_plan {
    const char* file;
    char* const* arguments;               ///< ends with null
    char* const* environment;             ///< ends with null
    const char* directory;                ///< working directory; null for the bridge's own
    int input, output, errors;            ///< descriptors that become 0, 1 and 2; must be above 2
    int program = -1;                     ///< descriptor of an ELF program to execute in place of `file`; -1 for none
    const confinement* limits = nullptr;  ///< null for none
};

struct spawned {
    pid_t pid = -1;
    core::unique_fd report;  ///< for `read_report`
};

/// The steps of a new process after the fork that can fail.
enum class spawn_step : int {
    forbid_core_dumps,
    limit_memory,
    limit_processes,
    become_user,
    forgo_privileges,
    enter_directory,
    execute,
    execute_descriptor,  ///< the system refuses to execute a file by its descriptor
};

/// The result of a new process: it runs its program if `error`, an errno, is 0; otherwise `step` failed.
struct spawn_outcome {
    spawn_step step;
    int error;
};

/// Forks a process that executes `plan.file`. The process leads its own session and has exactly the descriptors 0, 1 and 2, an empty signal
/// mask and default dispositions. Does not wait for the exec. Returns 0, or the errno of a failure before there was a process.
int spawn(const spawn_plan& plan, spawned& child);

/// Returns the result of a process that `spawn` started. The result is known once the process has executed its program or has failed to.
/// Returns nothing if it is not known within `patience`.
std::optional<spawn_outcome> read_report(const core::unique_fd& report, std::chrono::milliseconds patience);

}  // namespace bridge::process
