// How much memory this machine, or the control group of this process, has.
#pragma once

#include <cstddef>
#include <string>

namespace bridge::core {

/// Bytes: the smallest of the machine's memory and the limits of the control groups (versions 1 and 2) that this process is in. `proc` and `groups`
/// are where those file systems are mounted. Where nothing can be read, the machine's memory as the C library knows it.
std::size_t machine_memory(const std::string& proc = "/proc", const std::string& groups = "/sys/fs/cgroup");

/// The share of the machine's memory that is the default of `--max-memory`: a quarter, and at least 96 MiB.
std::size_t default_memory_budget(std::size_t machine_bytes);

}  // namespace bridge::core
