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

bool subscriptions::has(const std::string& session, const std::string& uri) const {
    const auto at = wanted_.find(session);
    return at != wanted_.end() && at->second.uris.contains(uri);
}

bool subscriptions::add(const std::string& session, const std::string& uri) {
    if (has(session, uri)) return true;
    const auto at = wanted_.find(session);
    const std::size_t count = at == wanted_.end() ? 0 : at->second.uris.size();
    const std::size_t bytes = at == wanted_.end() ? 0 : at->second.bytes;
    if (count >= bounds_.subscriptions_per_session || bytes + uri.size() > bounds_.subscription_bytes) return false;
    list& of = wanted_[session];
    of.uris.insert(uri);
    of.bytes += uri.size();
    const auto [resource, is_new] = sessions_.try_emplace(uri);
    if (is_new) by_digest_.emplace(prefix_digest::of(uri, base_), resource);
    resource->second.insert(session);
    return true;
}

// Records that the session is no longer subscribed to `uri`.
void subscriptions::forget(const std::string& session, const std::string& uri) {
    const auto resource = sessions_.find(uri);
    resource->second.erase(session);
    if (!resource->second.empty()) return;
    const auto [first, last] = by_digest_.equal_range(prefix_digest::of(uri, base_));
    const auto entry = std::find_if(first, last, [&](const auto& each) { return each.second->first == uri; });
    by_digest_.erase(entry);
    sessions_.erase(resource);
}

bool subscriptions::remove(const std::string& session, const std::string& uri) {
    if (const auto at = wanted_.find(session); at != wanted_.end() && at->second.uris.erase(uri) != 0) {
        at->second.bytes -= uri.size();
        if (at->second.uris.empty()) wanted_.erase(at);
        forget(session, uri);
    }
    return !is_wanted(uri);
}

std::vector<std::string> subscriptions::remove_all(const std::string& session) {
    std::vector<std::string> out;
    const auto node = wanted_.extract(session);
    if (node.empty()) return out;
    for (const std::string& uri : node.mapped().uris) {
        forget(session, uri);
        if (!is_wanted(uri)) out.push_back(uri);
    }
    return out;
}

const std::string* subscriptions::next_after(const std::optional<std::string>& last) const {
    const auto next = last ? sessions_.upper_bound(*last) : sessions_.begin();
    return next == sessions_.end() ? nullptr : &next->first;
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
