// Subscriptions to resources, as requests of the bridge to a child.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/fair_share.hpp"
#include "bridge/child/link.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::session {

/// The requests of a client to a child: `method` for each of `uris`.
struct subscription_requests {
    std::shared_ptr<child::link> target;
    std::string_view method;  ///< `resources/subscribe` or `resources/unsubscribe`; a constant
    std::vector<std::string> uris;
    core::memory_charge charge;                                      ///< for `uris`
    std::function<bool(const std::string& uri)> is_due;              ///< false if the request is not needed any more when its turn comes
    std::function<std::optional<child::fair_share::part>()> occupy;  ///< see `child::paced_requests::plan`
    std::function<void(const std::string& uri)> on_refused{};        ///< the child refuses that subscription; may be empty
    std::function<void()> on_end{};                                  ///< nothing more is sent or received; may be empty
};

/// Sends the requests in the background, a few at a time, and cancels those that are unanswered after half a minute. If the child ends, its successor
/// gets the subscriptions with its start.
void send_in_background(core::executor executor, subscription_requests wanted);

}  // namespace bridge::session
