// What a new child is asked in place of the last one's client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/child/link.hpp"

namespace bridge::child {

/// A request that brings a new child into the state of the last one.
struct repeated_request {
    std::string method;
    std::string params;  ///< raw
};

namespace repetition {

/// Sends `all` over `to` in their order, a few at a time, and returns when all are answered, the link has ended, or
/// `limits.start_timeout` is over. The answers go nowhere; an error is logged.
core::task<void> run(core::executor where, std::shared_ptr<link> to, std::vector<repeated_request> all,
                     const core::limits& bounds);

}  // namespace repetition
}  // namespace bridge::child
