// The settings that clients have made in a child.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/repetition.hpp"
#include "bridge/session/subscriptions.hpp"

namespace bridge::session {

/// The settings of a session's own child, or of the child that all sessions share.
class child_settings {
public:
    /// `bounds` must outlive it.
    explicit child_settings(const core::limits& bounds) : subscribed_(bounds) {}

    /// The subscriptions of the sessions to resources.
    subscriptions& subscribed() { return subscribed_; }
    const subscriptions& subscribed() const { return subscribed_; }

    /// Records that the child has accepted `level`, raw, of `logging/setLevel`.
    void record_level(std::string level) { level_ = std::move(level); }
    bool has_level() const { return !level_.empty(); }

    /// Returns the requests that repeat the settings in a new child, one per call. A setting that is made between two calls may be missing among
    /// them.
    static child::own_requests requests(std::shared_ptr<const child_settings> settings);

private:
    subscriptions subscribed_;
    std::string level_;  // the level accepted last; empty if none was
};

/// The params of a request to subscribe to `uri`, or to unsubscribe from it.
std::string subscription_params(std::string_view uri);

}  // namespace bridge::session
