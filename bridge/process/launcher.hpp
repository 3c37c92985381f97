// Starts a child process.
#pragma once

#include <sys/types.h>

#include <string>

#include "bridge/process/command.hpp"
#include "bridge/process/spawn.hpp"
#include "bridge/process/unique_fd.hpp"

namespace bridge::process {

/// A child that runs, and our ends of its pipes.
struct launched {
    pid_t pid = -1;
    unique_fd input;   ///< write: its stdin
    unique_fd output;  ///< read: its stdout
    unique_fd errors;  ///< read: its stderr
    unique_fd report;  ///< for `read_report`, if it was not yet known whether it runs; else none
    std::string note;  ///< what had to be done so that it could be started; empty if nothing
};

/// Why a child does not run.
struct launch_failure {
    std::string stage;  ///< which step failed, in words: "find the command", "make a pipe for", "start the command"
    int error = 0;      ///< errno

    /// It says nothing about the command: the bridge, or the machine, has no descriptor, process or memory left (EMFILE, ENFILE, EAGAIN,
    /// ENOMEM).
    bool is_shortage() const;
    /// The shortage is one of descriptors.
    bool is_shortage_of_descriptors() const;

    /// One sentence with the stage, the program and the error. Arguments and environment can hold secrets, so they are not in it.
    std::string text(const std::string& executable) const;
};

/// That of a process which could not become its program.
launch_failure failure_of(const spawn_outcome& outcome);

/// Starts `what` as `spawn` does. A failed exec comes back as an errno and leaves no zombie, unlike with the default launcher of
/// Boost.Process 1.81, which also leaks descriptors into the child (boostorg/process#360, #447); and an exec that hangs does not hold
/// up the bridge, unlike with posix_spawn, which returns only after it: with a file on a slow disk the bridge stood still for half a minute (found by
/// tests/faults/chaos). A fork costs more the more memory a process has, but the bridge has little. A file that has lost its permission to be executed is started all the same, see
/// `substitute_for`, if the command names it by a path. Returns false and fills `failure`, or true and fills `child`.
bool launch(const command& what, launched& child, launch_failure& failure);

}  // namespace bridge::process
