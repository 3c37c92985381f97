// The delay after which a refused client may try again.
#pragma once

#include <chrono>

namespace bridge::core {

/// The value of Retry-After for a refusal whose end is not known: most limits soon have room again.
inline constexpr std::chrono::milliseconds usual_retry_after{2'000};

}  // namespace bridge::core
