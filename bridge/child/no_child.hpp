// Why there is no child to use.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "bridge/child/restart_policy.hpp"

namespace bridge::child {

/// The part that all answers to a request for a child have in common. It goes from one to the next as a whole, with
/// `set_reason`: a client that is not told "at a limit" and "come again" has no reason to come again.
struct no_child {
    std::string failure{};  ///< one sentence; empty if there is a child
    std::string refusal{};  ///< the child's own error object, raw, if it answered `initialize` with one
    bool at_limit = false;  ///< nothing was tried: as many children run, or requests wait, as may, or the server keeps failing
    std::chrono::milliseconds retry_after{0};  ///< when to come again, if that is known

    void set_reason(no_child why) { *this = std::move(why); }
    void set_reason(const start_refusal& why) {
        set_reason(no_child{.failure = why.text, .at_limit = true, .retry_after = why.retry_after});
    }
};

}  // namespace bridge::child
