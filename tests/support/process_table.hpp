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

/// How many file descriptors it has open.
std::size_t descriptors_of(pid_t pid);

/// Its command line and its environment as it was started, each text followed by a zero byte.
std::string command_line_of(pid_t pid);
std::string environment_of(pid_t pid);

}  // namespace test_support
