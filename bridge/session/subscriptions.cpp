#include "bridge/session/subscriptions.hpp"

#include <algorithm>
#include <random>

namespace bridge::session {
namespace {

// A Mersenne prime, because its remainders are fast to compute.
constexpr std::uint64_t modulus = (std::uint64_t{1} << 61) - 1;

std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    __extension__ typedef unsigned __int128 wide;
    const wide product = static_cast<wide>(a) * b;
    const std::uint64_t sum = (static_cast<std::uint64_t>(product) & modulus) + static_cast<std::uint64_t>(product >> 61);
    return sum >= modulus ? sum - modulus : sum;
}

std::uint64_t some_base() {
    std::random_device source;
    const std::uint64_t drawn = (std::uint64_t{source()} << 32) | source();
    return 256 + drawn % (modulus - 256);
}

// The memory for one subscription to a URI of `length` bytes. The URI is there twice, and each container has a node for it. Each of several
// subscribers pays for all of that, because the others can leave first.
std::size_t cost_of_one(std::size_t length) {
    constexpr std::size_t nodes = 320;
    return nodes + 2 * length;
}

}  // namespace

class subscriptions::prefix_digest {
public:
    explicit prefix_digest(std::uint64_t base) : base_(base) {}

    void add(char next) {
        // No byte counts as 0, because otherwise a text of zero bytes would have the digest of an empty text.
        value_ = multiply(value_, base_) + static_cast<unsigned char>(next) + 1;
        if (value_ >= modulus) value_ -= modulus;
    }
    std::uint64_t value() const { return value_; }

    static std::uint64_t of(std::string_view text, std::uint64_t base) {
        prefix_digest out(base);
        for (const char each : text) out.add(each);
        return out.value();
    }

private:
    std::uint64_t base_;
    std::uint64_t value_ = 0;
};

subscriptions::subscriptions(const core::limits& bounds) : bounds_(bounds), base_(some_base()) {}

std::size_t cost_of(const std::vector<std::string>& texts) {
    std::size_t out = texts.capacity() * sizeof(std::string);
    for (const std::string& each : texts) out += core::capacity_of(each);
    return out;
}

bool subscriptions::has(const std::string& subscriber, const std::string& uri) const {
    const auto at = wanted_.find(subscriber);
    return at != wanted_.end() && at->second.uris.contains(uri);
}

subscribing subscriptions::check(const subscriber& added, std::size_t length) const {
    const auto at = shares_.find(added.client);
    const std::size_t count = at == shares_.end() ? 0 : at->second.count;
    const std::size_t bytes = at == shares_.end() ? 0 : at->second.bytes;
    if (count >= bounds_.subscriptions_per_session || bytes + length > bounds_.subscription_bytes) return subscribing::too_many;
    if (added.account == nullptr) return subscribing::done;
    const core::memory_charge none(added.account, core::memory_use::request);
    const core::memory_charge& charge = at == shares_.end() ? none : at->second.charge;
    const std::size_t wanted = charge.bytes() + cost_of_one(length);
    // A few subscriptions are possible as long as the reserve lasts.
    const bool fits = wanted <= core::small_message_bytes ? !charge.is_full() : charge.may_grow_to(wanted);
    return fits ? subscribing::done : subscribing::no_memory;
}

void subscriptions::count(const subscriber& added, const std::string& uri) {
    share& all = shares_[added.client];
    if (all.count == 0) all.charge = {added.account, core::memory_use::request};
    ++all.count;
    all.bytes += uri.size();
    all.charge.set(all.charge.bytes() + cost_of_one(uri.size()));
}

subscribing subscriptions::add(const subscriber& added, const std::string& uri) {
    if (has(added.name, uri)) return subscribing::done;
    const subscribing outcome = check(added, uri.size());
    if (outcome != subscribing::done) return outcome;
    count(added, uri);
    list& own = wanted_[added.name];
    own.client = added.client;
    own.uris.insert(uri);
    const auto [resource, is_new] = resources_.try_emplace(uri);
    if (is_new) by_digest_.emplace(prefix_digest::of(uri, base_), resource);
    resource->second.insert(added.name);
    return outcome;
}

// Records that the subscriber, which belongs to `client`, is no longer subscribed to `uri`.
void subscriptions::forget(const std::string& subscriber, const std::string& client, const std::string& uri) {
    const auto all = shares_.find(client);
    all->second.bytes -= uri.size();
    all->second.charge.set(all->second.charge.bytes() - cost_of_one(uri.size()));
    if (--all->second.count == 0) shares_.erase(all);
    const auto resource = resources_.find(uri);
    resource->second.erase(subscriber);
    if (!resource->second.empty()) return;
    const auto [first, last] = by_digest_.equal_range(prefix_digest::of(uri, base_));
    const auto entry = std::find_if(first, last, [&](const auto& each) { return each.second->first == uri; });
    by_digest_.erase(entry);
    resources_.erase(resource);
}

bool subscriptions::remove(const std::string& subscriber, const std::string& uri) {
    if (const auto at = wanted_.find(subscriber); at != wanted_.end() && at->second.uris.erase(uri) != 0) {
        forget(subscriber, at->second.client, uri);
        if (at->second.uris.empty()) wanted_.erase(at);
    }
    return !is_wanted(uri);
}

unwanted_uris subscriptions::remove_all(const std::string& subscriber) {
    unwanted_uris out;
    const auto node = wanted_.extract(subscriber);
    if (node.empty()) return out;
    const std::string& client = node.mapped().client;
    out.charge = {shares_.at(client).charge.account(), core::memory_use::request};
    for (const std::string& uri : node.mapped().uris) {
        forget(subscriber, client, uri);
        if (!is_wanted(uri)) out.uris.push_back(uri);
    }
    out.charge.set(cost_of(out.uris));
    return out;
}

std::string subscriptions::reason_of(subscribing outcome) const {
    if (outcome == subscribing::no_memory) return "the bridge has no memory for further subscriptions (--max-memory)";
    return "this client has as many subscriptions as it may: " + std::to_string(bounds_.subscriptions_per_session) + ", or " +
           std::to_string(bounds_.subscription_bytes) + " bytes of URIs";
}

const std::string* subscriptions::next_after(const std::optional<std::string>& last) const {
    const auto next = last ? resources_.upper_bound(*last) : resources_.begin();
    return next == resources_.end() ? nullptr : &next->first;
}

void subscriptions::add_receivers(std::string_view wanted, std::uint64_t digest, std::set<std::string>& out) const {
    const auto [first, last] = by_digest_.equal_range(digest);
    for (auto each = first; each != last; ++each) {
        ++looks_;
        if (each->second->first == wanted) out.insert(each->second->second.begin(), each->second->second.end());
    }
}

// The subscribed URI is `uri` itself, or a prefix of it that ends with a slash or before one.
std::set<std::string> subscriptions::receivers(std::string_view uri) const {
    std::set<std::string> out;
    prefix_digest digest(base_);
    for (std::size_t length = 0; length <= uri.size(); ++length) {
        const bool ends_here = length == uri.size() || uri[length] == '/' || (length != 0 && uri[length - 1] == '/');
        if (ends_here) add_receivers(uri.substr(0, length), digest.value(), out);
        if (length < uri.size()) digest.add(uri[length]);
    }
    return out;
}

}  // namespace bridge::session
