// The memory of a machine with Linux, with its file systems at other places than usual.
#pragma once

#include <cstddef>
#include <string>

namespace bridge::platform {

/// Returns the smallest of the machine's memory and the limits of this process's control groups (versions 1 and 2), in bytes. `proc` and
/// `groups` are the mount points of those file systems. If neither can be read, returns the machine's memory as the C library reports it.
std::size_t machine_memory(const std::string& proc, const std::string& groups);

}  // namespace bridge::platform
