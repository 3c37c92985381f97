// The beginning of a listening stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/era/listeners.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::era {

/// Subscribes the listener `made` to the resources of its filter, in the child of `assignment`, and removes from the filter what the child refuses.
/// Subscribes to the child's own tasks `tasks`, too. Waits for the answers of the child, but not for long. Returns the part of the filter that is to
/// be acknowledged: of a modern child only what it has agreed to, of a legacy one also what it has not answered yet. Starts no child for a client
/// that has left.
[[nodiscard]] core::task<listening_filter> subscribe(core::executor executor, std::shared_ptr<session::child_assignment> assignment,
                                                     std::shared_ptr<listener> made, std::vector<std::string> tasks);

/// Ends the subscriptions of the subscriber named `subscriber`.
void unsubscribe(core::executor executor, const std::shared_ptr<session::child_assignment>& assignment, const std::string& subscriber);

/// Ends the subscriptions to the child's own tasks `tasks`.
void unwatch(session::child_assignment& assignment, const std::vector<std::string>& tasks);

}  // namespace bridge::era
