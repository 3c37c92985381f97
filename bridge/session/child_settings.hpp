// What clients have set in a child, which its successor is to be told again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/repetition.hpp"
#include "bridge/session/subscriptions.hpp"

namespace bridge::session {

/// Of one place: of a session's own child, or of the one that all share.
class child_settings {
public:
    /// `bounds` must outlive it.
    explicit child_settings(const core::limits& bounds) : subscribed_(bounds) {}

    /// Who subscribed to which resources.
    subscriptions& subscribed() { return subscribed_; }
    const subscriptions& subscribed() const { return subscribed_; }

    /// The child took `level`, raw, of `logging/setLevel`.
    void note_level(std::string level) { level_ = std::move(level); }

    /// The requests that make a new child the same, one after the other. What is set meanwhile is among them or is not.
    static child::repeated_requests requests(std::shared_ptr<const child_settings> of);

private:
    subscriptions subscribed_;
    std::string level_;  // that was taken last; empty if none was
};

/// The params of a subscription to `uri`, or of its end.
std::string subscription_params(std::string_view uri);

}  // namespace bridge::session
