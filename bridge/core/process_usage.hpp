// What the system says of this process.
#pragma once

#include <cstdint>

namespace bridge::core {

struct process_usage {
    double cpu_seconds = 0;
    double start_time = 0;  ///< seconds since 1970
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t most_files = 0;  ///< that may be open
};

/// Reads /proc; what cannot be read is 0. Takes some hundred microseconds with thousands of open files.
process_usage read_process_usage();

}  // namespace bridge::core
