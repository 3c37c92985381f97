// The requests that restore the state of a child in its successor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/child/link.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// A request that sets a part of the former child's state in its successor.
struct repeated_request {
    std::string method;
    std::string params;  ///< raw
};

/// Returns one request per call, and nothing after the last one. The function object is empty if there are no requests.
using repeated_requests = std::function<std::optional<repeated_request>()>;

namespace repetition {

/// Sends the requests of `next` over `target`, a few at a time. Returns when all are answered, the link has ended, or `limits.start_timeout` is over.
/// There can be tens of thousands of requests, so `run` calls `next` in each turn of the loop only for the requests that it sends in that turn. It
/// drops the results, and logs the errors.
core::task<void> run(core::executor executor, std::shared_ptr<link> target, repeated_requests next, const core::limits& bounds);

}  // namespace repetition
}  // namespace bridge::child
