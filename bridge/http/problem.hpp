// Error replies. Every one has a JSON-RPC error as its body, so that MCP clients show what was wrong.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "bridge/http/reply.hpp"

namespace bridge::http {

inline constexpr std::string_view json_type = "application/json";

/// Most limits are soon free again.
inline constexpr std::chrono::milliseconds usual_retry_after{2'000};

struct problem {
    status what;
    int code;             ///< JSON-RPC
    std::string text;     ///< for whoever reads it
    std::string allow;    ///< Allow header of a 405
    std::chrono::milliseconds retry_after = usual_retry_after;  ///< of a 429 or 503
};

/// Adds the header Retry-After.
void add_retry_after(reply& to, std::chrono::milliseconds time);

/// Sends `what` in answer to the request `id` (raw; "null" if unknown). `id` need not outlive the call.
core::task<void> send_problem(reply& to, problem what, std::string_view id = "null");

}  // namespace bridge::http
