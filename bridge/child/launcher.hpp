// Starts a child process.
#pragma once

#include <sys/types.h>

#include <string>

#include "bridge/child/command.hpp"
#include "bridge/child/unique_fd.hpp"

namespace bridge::child {

/// A child that runs, and our ends of its pipes.
struct launched {
    pid_t pid = -1;
    unique_fd input;   ///< write: its stdin
    unique_fd output;  ///< read: its stdout
    unique_fd errors;  ///< read: its stderr
    std::string note;  ///< what had to be done so that it could be started; empty if nothing
};

/// Why a child does not run.
struct launch_failure {
    std::string stage;  ///< which step failed, in words: "find the command", "make a pipe for", "start the command"
    int error = 0;      ///< errno

    /// One sentence with the stage, the program and the error; without its arguments, which can hold secrets.
    std::string text(const command& what) const;
};

/// Starts `what` as the leader of its own session and process group, with exactly descriptors 0, 1 and 2, an empty signal
/// mask and default dispositions. Uses posix_spawn: its cost does not grow with our memory, and a failed exec comes back
/// as an errno and leaves no zombie, unlike the default launcher of Boost.Process 1.81, which also leaks descriptors into
/// the child (boostorg/process#360, #447). A file that has lost its permission to be executed is started all the same, see
/// `substitute_for`, if the command names it by a path. Returns false and fills `failure`, or true and fills `child`.
bool launch(const command& what, launched& child, launch_failure& failure);

}  // namespace bridge::child
