// The resources that this process uses, as the system reports them.
#pragma once

#include <cstdint>

namespace bridge::platform {

/// The resources of a process.
struct process_usage {
    double cpu_seconds = 0;
    double start_time = 0;  ///< seconds since 1970
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t most_files = 0;  ///< largest number of open files
};

/// Returns what this process uses. A value that the system does not tell is 0. The call takes some hundred microseconds if thousands of files are
/// open.
process_usage read_process_usage();

}  // namespace bridge::platform
