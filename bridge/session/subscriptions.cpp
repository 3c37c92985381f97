#include "bridge/session/subscriptions.hpp"

#include <algorithm>

namespace bridge::session {

bool subscriptions::is_wanted(const std::string& uri) const {
    return std::ranges::any_of(wanted_, [&uri](const auto& each) { return each.second.uris.contains(uri); });
}

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
    return true;
}

bool subscriptions::remove(const std::string& session, const std::string& uri) {
    if (const auto at = wanted_.find(session); at != wanted_.end() && at->second.uris.erase(uri) != 0) {
        at->second.bytes -= uri.size();
        if (at->second.uris.empty()) wanted_.erase(at);
    }
    return !is_wanted(uri);
}

std::vector<std::string> subscriptions::remove_all(const std::string& session) {
    std::vector<std::string> out;
    const auto node = wanted_.extract(session);
    if (node.empty()) return out;
    std::ranges::copy_if(node.mapped().uris, std::back_inserter(out), [this](const auto& uri) { return !is_wanted(uri); });
    return out;
}

std::set<std::string> subscriptions::all() const {
    std::set<std::string> out;
    for (const auto& [session, each] : wanted_) out.insert(each.uris.begin(), each.uris.end());
    return out;
}

bool subscriptions::wants(const std::string& session, std::string_view uri) const {
    const auto at = wanted_.find(session);
    if (at == wanted_.end()) return false;
    return std::ranges::any_of(at->second.uris, [uri](const std::string& wanted) {
        if (!uri.starts_with(wanted)) return false;
        return uri.size() == wanted.size() || wanted.ends_with('/') || uri[wanted.size()] == '/';
    });
}

}  // namespace bridge::session
