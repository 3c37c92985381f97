// A counter of the work of all code that reads a peer's text, in test builds only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bridge::core {

#ifdef MCP_BRIDGE_COUNT_STEPS
inline constexpr bool counts_steps = true;
#else
inline constexpr bool counts_steps = false;
#endif

/// The number of steps counted so far. A step is about one byte that a loop looks at, or one token that it handles. Reading n bytes must
/// cost O(n) steps, whatever bytes a peer sends. Tests and fuzz targets compare the two numbers.
inline std::uint64_t counted_steps = 0;

/// Counts `count` steps. Costs nothing where `counts_steps` is false.
inline void count_steps([[maybe_unused]] std::size_t count = 1) noexcept {
    if constexpr (counts_steps) counted_steps += count;
}

}  // namespace bridge::core
