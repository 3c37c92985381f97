// When Asio last came back from waiting: only then does a turn of the loop begin.
#pragma once

#include <chrono>

namespace bridge::third_party {

/// Set it to have `last_wait_ended` kept.
inline constinit bool records_waits = false;
inline constinit std::chrono::steady_clock::time_point last_wait_ended{};

}  // namespace bridge::third_party
