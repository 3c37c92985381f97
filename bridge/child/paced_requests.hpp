// Many requests that the bridge makes for itself, a few at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/child/fair_share.hpp"
#include "bridge/child/link.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"

namespace bridge::child {

/// A request that sets a part of a child's state for the clients of the bridge.
struct own_request {
    std::string method;
    std::string params;  ///< raw
};

/// Returns one request per call, and nothing after the last one. The function object is empty if there are no requests.
using own_requests = std::function<std::optional<own_request>()>;

namespace paced_requests {

/// How the requests are sent. The functions are called on the loop, until `run` returns.
struct plan {
    std::shared_ptr<link> target;
    own_requests next;
    core::clock::time_point deadline;
    std::size_t at_once = 32;  ///< requests without an answer at a time: a small part of the calls that one child may have in flight
    /// Returns the part of the child's calls that a request holds; nothing if it may hold none at the moment. Empty: requests hold no part.
    std::function<std::optional<fair_share::part>()> occupy{};
    /// Called for each request that the child has refused. May be empty.
    std::function<void(const own_request&)> on_refused{};
    /// Returns false once nobody needs what the requests set. Empty: it is always needed.
    std::function<bool()> is_wanted{};
};

struct outcome {
    std::size_t sent = 0;
    std::size_t refused = 0;
    std::size_t unanswered = 0;  ///< at the deadline
    std::string first_error;     ///< of a refusal, without secrets
};

/// Sends the requests of `wanted`, a few at a time, so that they never take more than a small part of the calls that one child may have in flight.
/// Returns when all are answered, the link has ended, nobody needs them any more, or the deadline is over. Then it cancels what was not answered.
/// There can be tens of thousands of requests, so `run` calls `next` in each turn of the loop only for the requests that it sends in that turn.
[[nodiscard]] core::task<outcome> run(core::executor executor, plan wanted);

}  // namespace paced_requests
}  // namespace bridge::child
