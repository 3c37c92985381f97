// Error replies. The body of each is a JSON-RPC error, so that MCP clients show what was wrong.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "bridge/core/retry_after.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::http {

inline constexpr std::string_view json_type = "application/json";

struct problem {
    status what;
    int code;                                                         ///< JSON-RPC error code
    std::string text;                                                 ///< for people
    std::string allow;                                                ///< value of the Allow header of a 405
    std::chrono::milliseconds retry_after = core::usual_retry_after;  ///< value of the Retry-After header of a 429 or 503
    bool is_usual = false;  ///< a client sees it in the ordinary course of the protocol, or the log has a line about it already
};

/// Adds the header Retry-After.
void add_retry_after(reply& answer, std::chrono::milliseconds time);

/// Logs `refusal`, unless its status is a success. Call it for a refusal whose reply `send_problem` does not make.
[[gnu::cold]] void log_problem(reply& answer, const problem& refusal);

/// Sends `refusal` as the answer to the request `id` (raw; "null" if unknown), and logs it. `id` need not outlive the call. Every problem that
/// becomes a reply passes through here. "cold" keeps the code that leads here apart from that of ordinary requests, of which more fits into the
/// processor's instruction cache then.
[[gnu::cold]] core::task<void> send_problem(reply& answer, problem refusal, std::string_view id = "null");

}  // namespace bridge::http
