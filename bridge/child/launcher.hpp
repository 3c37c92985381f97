// Starts a child process.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "bridge/child/command.hpp"

namespace bridge::child {

/// A file descriptor that closes itself.
class unique_fd {
public:
    unique_fd() = default;
    explicit unique_fd(int fd) noexcept : fd_(fd) {}
    unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~unique_fd();

    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_ = -1;
};

/// A child that runs, and our ends of its pipes.
struct launched {
    pid_t pid = -1;
    unique_fd input;   ///< write: its stdin
    unique_fd output;  ///< read: its stdout
    unique_fd errors;  ///< read: its stderr
};

/// Why a child does not run.
struct launch_failure {
    std::string stage;  ///< which step failed, in words: "find the command", "make a pipe", "start the command"
    int error = 0;      ///< errno

    std::string text(const command& what) const;
};

/// Starts `what` as the leader of its own session and process group, with exactly descriptors 0, 1 and 2, an empty signal
/// mask and default dispositions. Uses posix_spawn: its cost does not grow with our memory, and a failed exec comes back
/// as an errno and leaves no zombie, unlike the default launcher of Boost.Process 1.81, which also leaks descriptors into
/// the child (boostorg/process#360, #447). Returns false and fills `failure`, or true and fills `child`.
bool launch(const command& what, launched& child, launch_failure& failure);

}  // namespace bridge::child
