// What the system knows of other processes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace test_support {

/// False once the process is gone. A zombie counts as gone.
bool is_running(pid_t pid);

/// Its children, zombies included.
std::vector<pid_t> children_of(pid_t pid);

/// Sends a signal to one process. Throws if `pid` is none: kill(2) would take -1 for every process of the machine.
void send_signal(pid_t pid, int number);

/// All processes in whose environment, as it was when they were started, `text` stands; zombies have none.
std::vector<pid_t> processes_with(const std::string& text);

/// The watchdog of a running bridge: the process of that name that reads a pipe which the bridge writes. -1 if it has none
/// (yet).
pid_t watchdog_of(pid_t bridge);

/// The same, but waits until it has taken its name. -1 if it does not.
pid_t await_watchdog_of(pid_t bridge);

/// How many file descriptors it has open.
std::size_t descriptors_of(pid_t pid);

/// The number of the file that it opens next: the lowest one that is free, which is less than how many it has open where it was started
/// with files of high numbers. A process whose limit is this one can open no file.
std::size_t next_descriptor_of(pid_t pid);

/// What they are, such as "pipe:[4711]" or a path.
std::vector<std::string> open_files_of(pid_t pid);

/// False if this process may not look into those that protect themselves (PR_SET_DUMPABLE), as the bridge does: it is not root, or
/// root without CAP_SYS_PTRACE, as in many containers. What follows from /proc about the bridge's descriptors then needs a bridge that
/// allows it: `bridge_process` sees to that.
bool sees_protected_processes();

/// Its command line and its environment as it was started, each text followed by a zero byte.
std::string command_line_of(pid_t pid);
std::string environment_of(pid_t pid);

}  // namespace test_support
