// Who wants to hear of which resources of a child that several sessions share.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::session {

/// A server over stdio knows one client only: that any of several subscribes is one subscription for it, and that any of
/// them unsubscribes would end it for all. So it is told only when the last one does.
class subscriptions {
public:
    void add(const std::string& session, std::string uri) { wanted_[session].insert(std::move(uri)); }

    /// True if no session is left that wants `uri`: then the child is to be told.
    bool remove(const std::string& session, const std::string& uri);

    /// Removes all of a session; gives those that no other wants.
    std::vector<std::string> remove_all(const std::string& session);

    /// True if `session` wants to hear of `uri`: of itself, or as a part of what it subscribed to (specification 2025-11-25,
    /// ResourceUpdatedNotificationParams).
    bool wants(const std::string& session, std::string_view uri) const;

private:
    bool is_wanted(const std::string& uri) const;

    std::map<std::string, std::set<std::string>> wanted_;  // by session
};

}  // namespace bridge::session
