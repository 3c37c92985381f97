// The launcher of child processes.
#pragma once

#include <sys/types.h>

#include <string>

#include "bridge/core/unique_fd.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/spawn.hpp"

namespace bridge::process {

/// A running child and the bridge's ends of its pipes.
struct launched {
    pid_t pid = -1;
    core::unique_fd input;   ///< write end of the child's stdin
    core::unique_fd output;  ///< read end of the child's stdout
    core::unique_fd errors;  ///< read end of the child's stderr
    core::unique_fd report;  ///< for `read_report`, if it is not known yet whether the program runs; else none
    std::string note;        ///< the workaround that was needed to start the child; empty if none was needed
};

/// The reason why a child does not run.
struct launch_failure {
    std::string stage;  ///< the failed step, in words: "find the command", "make a pipe for", "start the command"
    int error = 0;      ///< errno

    /// True if the failure says nothing about the command, because the bridge or the machine has no descriptor, process or memory left
    /// (EMFILE, ENFILE, EAGAIN, ENOMEM).
    bool is_shortage() const;
    /// True if descriptors are short.
    bool is_shortage_of_descriptors() const;

    /// Returns one sentence with the failed step, the program, the error and `command_advice`. Arguments and environment can hold secrets, so they
    /// are not in it.
    std::string text(const std::string& executable) const;
};

/// Returns the failure of a process that could not execute its program.
launch_failure failure_of(const spawn_outcome& outcome);

/// Starts the command as `spawn` does. Returns true and fills `child`, or returns false and fills `failure`. A failed exec is reported as
/// an errno and leaves no zombie. The default launcher of Boost.Process 1.81 leaves one, and also leaks descriptors into the child
/// (boostorg/process#360, #447). An exec that hangs does not block the bridge. posix_spawn would, because it returns only after the exec: with
/// a file on a slow disk the bridge stood still for half a minute (found by tests/faults/chaos). A fork costs more the more memory a process
/// has, but the bridge has little. If the command names a file by its path and the file has lost its permission to be executed, the launcher
/// starts it anyway, see `substitute_for`.
bool launch(const command& child_command, launched& child, launch_failure& failure);

}  // namespace bridge::process
