// The answer to a client whose request is refused.
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
    core::outcome outcome;       ///< the outcome in the metrics
    int code;                    ///< the code of the JSON-RPC error
    std::string text;            ///< the message of the JSON-RPC error
    std::string server_error{};  ///< the server's own error object, raw, which replaces code and text; empty for none
    /// Set if the refusal is temporary: the HTTP status is 503, and Retry-After has this value. Otherwise the status is 200.
    std::optional<std::chrono::milliseconds> retry_after{};

    /// The whole JSON-RPC response to the request `id` (raw).
    std::string response(std::string_view id) const;
};

enum class refused_request {
    initialize,  ///< the server's own error is the answer, if there is one
    other,
};

/// The only function that decides on a client's answer to a refusal.
refusal_answer answer_to(child::refusal refusal, refused_request request);

}  // namespace bridge::session
