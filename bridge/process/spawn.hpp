// A process of our own that becomes another program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "bridge/process/confinement.hpp"
#include "bridge/process/unique_fd.hpp"

namespace bridge::process {

/// The program, and what it is to find. All is made before the fork, after which nothing may be allocated.
struct spawn_plan {
    const char* file;
    char* const* arguments;    ///< ends with null
    char* const* environment;  ///< ends with null
    const char* directory;     ///< null for the bridge's own
    int input, output, errors; ///< what become its descriptors 0, 1 and 2; above 2
    int program = -1;          ///< descriptor of an ELF program to execute in place of `file`; -1 for none
    const confinement* limits = nullptr;  ///< null for none
};

struct spawned {
    pid_t pid = -1;
    unique_fd report;  ///< for `read_report`
};

/// What a new process does after the fork, as far as it can fail.
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

/// What has become of a new process: it runs its program if `error`, an errno, is 0; otherwise `step` failed.
struct spawn_outcome {
    spawn_step step;
    int error;
};

/// Begins a process that becomes `plan.file`: leader of its own session, with exactly descriptors 0, 1 and 2, an empty signal mask
/// and default dispositions. Does not wait for it. 0, or the errno of what failed before there was a process.
int spawn(const spawn_plan& plan, spawned& child);

/// What has become of a process that `spawn` began, which is known once it is another program or is not going to be. Nothing if it is
/// not known within `patience`.
std::optional<spawn_outcome> read_report(const unique_fd& report, std::chrono::milliseconds patience);

}  // namespace bridge::process
