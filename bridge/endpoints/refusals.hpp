// How a refusal leaves over HTTP.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "bridge/child/refusal.hpp"
#include "bridge/endpoints/context.hpp"

namespace bridge::endpoints {

/// The refusal of a request that is no `initialize`, as an HTTP problem.
problem problem_of(child::refusal why);

/// Refuses the `initialize` with the id `id` (raw), which need not outlive the call.
core::task<void> send_refusal(reply& answer, child::refusal why, std::string_view id);

/// The status of an answer that is a refusal for the moment if `retry_after` is set; then the header Retry-After is added to it.
status begin_answer(reply& answer, std::optional<std::chrono::milliseconds> retry_after);

}  // namespace bridge::endpoints
