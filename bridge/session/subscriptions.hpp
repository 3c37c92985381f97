// Who wants to hear of which resources of a child.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/core/limits.hpp"

namespace bridge::session {

/// A server over stdio knows one client only: that any of several subscribes is one subscription for it, and that any of
/// them unsubscribes would end it for all. So it is told only when the last one does. Bounded for each session by
/// `limits::subscriptions_per_session` and `limits::subscription_bytes`. There can be hundreds of thousands of all sessions
/// together: an update costs its own length and those who hear of it, every other step the logarithm of their number.
class subscriptions {
public:
    /// `bounds` must outlive it.
    explicit subscriptions(const core::limits& bounds);

    /// False if the session has as many as it may.
    bool add(const std::string& session, const std::string& uri);

    /// True if no session is left that wants `uri`: then the child is to be told.
    bool remove(const std::string& session, const std::string& uri);

    /// Removes all of a session; gives those that no other wants.
    std::vector<std::string> remove_all(const std::string& session);

    /// The sessions that want to hear of `uri`, each once: of itself, or as a part of what they subscribed to (specification
    /// 2025-11-25, ResourceUpdatedNotificationParams).
    std::set<std::string> receivers(std::string_view uri) const;

    bool has(const std::string& session, const std::string& uri) const;

    bool empty() const { return wanted_.empty(); }

    /// The first URI that any session wants, or the first behind `last`, in an order of their own; null if there is none.
    const std::string* next_after(const std::optional<std::string>& last) const;

    /// How many subscriptions were looked at so far, for tests.
    std::size_t looks() const { return looks_; }

private:
    // By URI; none is without sessions.
    using resources = std::map<std::string, std::set<std::string>, std::less<>>;
    struct list {
        std::set<std::string> uris;
        std::size_t bytes = 0;
    };

    // Gives the digest of each beginning of a text in turn.
    class prefix_digest;

    void forget(const std::string& session, const std::string& uri);
    bool is_wanted(const std::string& uri) const { return sessions_.contains(uri); }
    void add_receivers(std::string_view wanted, std::uint64_t digest, std::set<std::string>& to) const;

    const core::limits& bounds_;
    std::uint64_t base_;                  // of the digests; by chance, so that nobody can choose URIs of the same digest
    std::map<std::string, list> wanted_;  // by session; none is empty
    resources sessions_;
    std::unordered_multimap<std::uint64_t, resources::const_iterator> by_digest_;
    mutable std::size_t looks_ = 0;
};

}  // namespace bridge::session
