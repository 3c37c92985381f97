// Who wants to hear of which resources of a child.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/limits.hpp"

namespace bridge::session {

/// A server over stdio knows one client only: that any of several subscribes is one subscription for it, and that any of
/// them unsubscribes would end it for all. So it is told only when the last one does. Bounded for each session by
/// `limits::subscriptions_per_session` and `limits::subscription_bytes`.
class subscriptions {
public:
    /// `bounds` must outlive it.
    explicit subscriptions(const core::limits& bounds) : bounds_(bounds) {}

    /// False if the session has as many as it may.
    bool add(const std::string& session, const std::string& uri);

    /// True if no session is left that wants `uri`: then the child is to be told.
    bool remove(const std::string& session, const std::string& uri);

    /// Removes all of a session; gives those that no other wants.
    std::vector<std::string> remove_all(const std::string& session);

    /// True if `session` wants to hear of `uri`: of itself, or as a part of what it subscribed to (specification 2025-11-25,
    /// ResourceUpdatedNotificationParams).
    bool wants(const std::string& session, std::string_view uri) const;

    bool has(const std::string& session, const std::string& uri) const;

    bool empty() const { return wanted_.empty(); }

    /// What any session wants, each once.
    std::set<std::string> all() const;

private:
    struct list {
        std::set<std::string> uris;
        std::size_t bytes = 0;
    };

    bool is_wanted(const std::string& uri) const;

    const core::limits& bounds_;
    std::map<std::string, list> wanted_;  // by session; none is empty
};

}  // namespace bridge::session
