// What a new child is asked in place of the last one's client.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/child/link.hpp"

namespace bridge::child {

/// A request that brings a new child into the state of the last one.
struct repeated_request {
    std::string method;
    std::string params;  ///< raw
};

/// Gives one request at each call, and nothing after the last. Empty if there is none.
using repeated_requests = std::function<std::optional<repeated_request>()>;

namespace repetition {

/// Sends what `next` gives over `to`, a few at a time, and returns when all are answered, the link has ended, or
/// `limits.start_timeout` is over. There can be tens of thousands: a turn of the loop asks for no more than are sent in it. The
/// answers go nowhere; an error is logged.
core::task<void> run(core::executor where, std::shared_ptr<link> to, repeated_requests next, const core::limits& bounds);

}  // namespace repetition
}  // namespace bridge::child
