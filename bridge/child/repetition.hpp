// The requests that restore the state of a child in its successor.
#pragma once

#include <functional>
#include <memory>

#include "bridge/child/link.hpp"
#include "bridge/child/paced_requests.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

namespace repetition {

/// Sends the requests of `next` over `target`, as `paced_requests` does, and logs the errors. Bounded by `limits.start_timeout`; ends early once
/// `is_wanted` returns false, if it is not empty.
core::task<void> run(core::executor executor, std::shared_ptr<link> target, own_requests next, const core::limits& bounds,
                     std::function<bool()> is_wanted = {});

}  // namespace repetition
}  // namespace bridge::child
