// The subscriptions of clients to resources of one child.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/core/limits.hpp"

namespace bridge::session {

/// The longest params of an update that its receivers get whole. Each gets a copy, and servers write tens of bytes. Of a longer one the receivers get
/// the name of the resource, which they read again anyway.
inline constexpr std::size_t longest_whole_update = 4 * 1024;

/// A server over stdio knows one client only. It sees the subscriptions of several clients as one, and an `unsubscribe` of one client would end it
/// for all. So the bridge sends `unsubscribe` only for the last subscriber. `limits::subscriptions_per_session` and `limits::subscription_bytes`
/// bound each session. All sessions together can have hundreds of thousands of subscriptions. So an update costs time in proportion to its own length
/// and the number of its receivers; every other operation costs the logarithm of the number of subscriptions.
class subscriptions {
public:
    /// `bounds` must outlive it.
    explicit subscriptions(const core::limits& bounds);

    /// Returns false if the session has the maximum number of subscriptions.
    bool add(const std::string& session, const std::string& uri);

    /// Returns true if no session is subscribed to `uri` any more: then the child must be informed.
    bool remove(const std::string& session, const std::string& uri);

    /// Removes all subscriptions of a session. Returns the URIs to which no other session is subscribed.
    std::vector<std::string> remove_all(const std::string& session);

    /// The sessions that must receive an update of `uri`, each once. They subscribed to `uri` itself or to a resource that contains it (specification
    /// 2025-11-25, ResourceUpdatedNotificationParams).
    std::set<std::string> receivers(std::string_view uri) const;

    /// True if any session is subscribed to `uri`.
    bool is_wanted(const std::string& uri) const { return sessions_.contains(uri); }

    bool has(const std::string& session, const std::string& uri) const;

    bool empty() const { return wanted_.empty(); }

    /// The first URI after `last`, or the first of all, to which any session is subscribed, in an internal order; null if there is none.
    const std::string* next_after(const std::optional<std::string>& last) const;

    /// The number of subscriptions looked at so far, for tests.
    std::size_t looks() const { return looks_; }

private:
    // By URI; no set of sessions is empty.
    using resources = std::map<std::string, std::set<std::string>, std::less<>>;
    struct list {
        std::set<std::string> uris;
        std::size_t bytes = 0;
    };

    // Computes the digest of each prefix of a text in turn.
    class prefix_digest;

    void forget(const std::string& session, const std::string& uri);
    void add_receivers(std::string_view wanted, std::uint64_t digest, std::set<std::string>& out) const;

    const core::limits& bounds_;
    std::uint64_t base_;                  // base of the digests; random, so that no client can choose URIs with equal digests
    std::map<std::string, list> wanted_;  // by session; no list is empty
    resources sessions_;
    std::unordered_multimap<std::uint64_t, resources::const_iterator> by_digest_;
    mutable std::size_t looks_ = 0;
};

}  // namespace bridge::session
