// Error replies. The body of each is a JSON-RPC error, so that MCP clients show what was wrong.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "bridge/http/reply.hpp"

namespace bridge::http {

inline constexpr std::string_view json_type = "application/json";

/// Most limits are free again soon.
inline constexpr std::chrono::milliseconds usual_retry_after{2'000};

struct problem {
    status what;
    int code;                                                   ///< JSON-RPC error code
    std::string text;                                           ///< for people
    std::string allow;                                          ///< value of the Allow header of a 405
    std::chrono::milliseconds retry_after = usual_retry_after;  ///< value of the Retry-After header of a 429 or 503
};

/// Adds the header Retry-After.
void add_retry_after(reply& answer, std::chrono::milliseconds time);

/// Sends `refusal` as the answer to the request `id` (raw; "null" if unknown). `id` need not outlive the call.
core::task<void> send_problem(reply& answer, problem refusal, std::string_view id = "null");

}  // namespace bridge::http
