// The memory that this machine, or the control group of this process, has.
#pragma once

#include <cstddef>
#include <string>

namespace bridge::core {

/// Returns the smallest of the machine's memory and the limits of this process's control groups (versions 1 and 2), in bytes. `proc` and
/// `groups` are the mount points of those file systems. If neither can be read, returns the machine's memory as the C library reports it.
std::size_t machine_memory(const std::string& proc = "/proc", const std::string& groups = "/sys/fs/cgroup");

/// Returns the default of `--max-memory`: a quarter of the machine's memory, and at least 96 MiB.
std::size_t default_memory_budget(std::size_t machine_bytes);

}  // namespace bridge::core
