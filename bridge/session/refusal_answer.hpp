// What a client is told of a refusal.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/refusal.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::session {

/// The answer to a request that was refused, in JSON-RPC and in HTTP.
struct refusal_answer {
    core::outcome outcome;       ///< what the request counts as
    int code;                    ///< of the JSON-RPC error
    std::string text;            ///< its message
    std::string server_error{};  ///< the server's own error object, raw, in place of both; empty for none
    /// The refusal is for the moment: the HTTP status is 503, and Retry-After says this. Without it the status is 200.
    std::optional<std::chrono::milliseconds> retry_after{};

    /// The whole JSON-RPC response to the request `id` (raw).
    std::string response(std::string_view id) const;
};

enum class refused_request {
    initialize,  ///< the server's own error is the answer, if it gave one
    other,
};

/// The only place that says what a refusal means for a client.
refusal_answer answer_to(child::refusal why, refused_request request);

}  // namespace bridge::session
