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
#include "bridge/core/memory_charge.hpp"

namespace bridge::session {

/// The longest params of an update that its receivers get whole. Each gets a copy, and servers write tens of bytes. Of a longer one the receivers get
/// the name of the resource, which they read again anyway.
inline constexpr std::size_t longest_whole_update = 4 * 1024;

/// A receiver of updates: a session, or one of the listeners of a client of the modern era.
struct subscriber {
    std::string name;                    ///< of this receiver
    std::string client;                  ///< the session or the client that it belongs to; the bounds hold for all its receivers together
    core::memory_account_ptr account{};  ///< pays for the URIs; null for none
};

/// The outcome of an attempt to subscribe.
enum class subscribing {
    done,
    too_many,   ///< the client has the maximum number of subscriptions, or of bytes of their URIs
    no_memory,  ///< the memory budget has no room for the URI
};

/// The memory that a list of strings costs.
std::size_t cost_of(const std::vector<std::string>& texts);

/// URIs to which nobody is subscribed any more, and the charge for them.
struct unwanted_uris {
    std::vector<std::string> uris;
    core::memory_charge charge;
};

/// A server over stdio knows one client only. It sees the subscriptions of several clients as one, and an `unsubscribe` of one client would end it
/// for all. So the bridge sends `unsubscribe` only for the last subscriber. `limits::subscriptions_per_session` and `limits::subscription_bytes`
/// bound each client. All clients together can have hundreds of thousands of subscriptions. So an update costs time in proportion to its own length
/// and the number of its receivers; every other operation costs the logarithm of the number of subscriptions.
class subscriptions {
public:
    /// `bounds` must outlive it.
    explicit subscriptions(const core::limits& bounds);

    subscribing add(const subscriber& added, const std::string& uri);

    /// Returns true if nobody is subscribed to `uri` any more: then the child must be informed.
    bool remove(const std::string& subscriber, const std::string& uri);

    /// Removes all subscriptions of a subscriber. Returns the URIs to which no other one is subscribed.
    unwanted_uris remove_all(const std::string& subscriber);

    /// The subscribers that must receive an update of `uri`, each once. They subscribed to `uri` itself or to a resource that contains it
    /// (specification 2025-11-25, ResourceUpdatedNotificationParams).
    std::set<std::string> receivers(std::string_view uri) const;

    /// True if anybody is subscribed to `uri`.
    bool is_wanted(const std::string& uri) const { return resources_.contains(uri); }

    bool has(const std::string& subscriber, const std::string& uri) const;

    /// The reason of `outcome`, which was not `done`, for the client.
    std::string reason_of(subscribing outcome) const;

    bool empty() const { return wanted_.empty(); }

    /// The first URI after `last`, or the first of all, to which anybody is subscribed, in an internal order; null if there is none.
    const std::string* next_after(const std::optional<std::string>& last) const;

    /// The number of subscriptions looked at so far, for tests.
    std::size_t looks() const { return looks_; }

private:
    // By URI; no set of subscribers is empty.
    using resources = std::map<std::string, std::set<std::string>, std::less<>>;
    struct list {
        std::string client;
        std::set<std::string> uris;
    };
    // The subscriptions of one client.
    struct share {
        std::size_t count = 0;
        std::size_t bytes = 0;  // of the URIs
        core::memory_charge charge;
    };

    // Computes the digest of each prefix of a text in turn.
    class prefix_digest;

    subscribing check(const subscriber& added, std::size_t length) const;
    void count(const subscriber& added, const std::string& uri);
    void forget(const std::string& subscriber, const std::string& client, const std::string& uri);
    void add_receivers(std::string_view wanted, std::uint64_t digest, std::set<std::string>& out) const;

    const core::limits& bounds_;
    std::uint64_t base_;                   // base of the digests; random, so that no client can choose URIs with equal digests
    std::map<std::string, list> wanted_;   // by subscriber; no list is empty
    std::map<std::string, share> shares_;  // by client; none counts 0
    resources resources_;
    std::unordered_multimap<std::uint64_t, resources::const_iterator> by_digest_;
    mutable std::size_t looks_ = 0;
};

}  // namespace bridge::session
