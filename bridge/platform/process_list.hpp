// The processes of the machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace bridge::platform {

/// A process, as it was when it was listed.
struct listed_process {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    bool is_dead = false;     ///< the process has ended but was not reaped
    std::uint64_t start = 0;  ///< start time; pid and start time together identify a process for good
};

/// Calls `use` with each process, also with this one. Silently leaves out those that are gone by then, and those that the system hides; if it shows
/// none at all, does nothing.
void list_processes(const std::function<void(const listed_process&)>& use);

/// Reads the environment of a process into `room`, piece by piece, and calls `use` with each. The variables stand behind one another, each with a
/// zero byte behind it. Ends when `use` returns false. The environment of another user's process counts as empty.
void read_environment(pid_t pid, std::span<char> room, const std::function<bool(std::string_view)>& use);

/// Kills the process with this number (SIGKILL) if it is still the one with this start time. Otherwise, or if this user may not kill it, does
/// nothing.
void kill_listed(pid_t pid, std::uint64_t start);

}  // namespace bridge::platform
