// The memory that this machine, or the control group of this process, has.
#pragma once

#include <cstddef>

namespace bridge::platform {

/// Returns the smallest of the machine's memory and the limits that the system sets this process, in bytes. Limits that cannot be read do
/// not count.
std::size_t machine_memory();

}  // namespace bridge::platform
