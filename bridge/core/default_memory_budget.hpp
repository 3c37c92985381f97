// The default of `--max-memory`.
#pragma once

#include <algorithm>
#include <cstddef>

namespace bridge::core {

/// Returns a quarter of the machine's memory, and at least 96 MiB.
constexpr std::size_t default_memory_budget(std::size_t machine_bytes) {
    constexpr std::size_t least = std::size_t{96} * 1024 * 1024;
    return std::max(machine_bytes / 4, least);
}

}  // namespace bridge::core
