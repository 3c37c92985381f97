// The number of children by state.
#pragma once

#include <cstddef>

namespace bridge::child {

/// For metrics.
struct child_census {
    std::size_t warm = 0;  ///< started ahead of need, and not in use
    std::size_t open = 0;
    std::size_t closing = 0;
};

}  // namespace bridge::child
