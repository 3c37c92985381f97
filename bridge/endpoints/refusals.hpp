// The HTTP replies to refused requests.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "bridge/child/refusal.hpp"
#include "bridge/endpoints/context.hpp"

namespace bridge::endpoints {

/// The refusal of a request other than `initialize`, as an HTTP problem.
problem problem_of(child::refusal refusal);

/// Refuses the `initialize` with the id `id` (raw), which need not outlive the call.
core::task<void> send_refusal(reply& http_reply, child::refusal refusal, std::string_view id);

/// The status of `answer`, a JSON-RPC response: 503 if it is a temporary refusal, so that `retry_after` is set. Then adds the header Retry-After and
/// logs the refusal.
status begin_answer(reply& http_reply, std::optional<std::chrono::milliseconds> retry_after, std::string_view answer);

}  // namespace bridge::endpoints
