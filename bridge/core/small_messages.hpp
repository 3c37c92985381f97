// The share of the memory budget for small messages that wait.
#pragma once

#include <cstddef>

#include "bridge/core/memory_charge.hpp"

namespace bridge::core {

/// True if `more` bytes of small messages may be kept at the cost of the account of `charge`. No small message is refused by itself, but many of them
/// that wait for a server process may have no more than half of the budget: large messages, and the other principals, need the rest.
bool may_keep_small(const memory_charge& charge, std::size_t more);

}  // namespace bridge::core
