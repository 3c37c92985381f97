#include "bridge/session/subscriptions.hpp"

#include <algorithm>

namespace bridge::session {

bool subscriptions::is_wanted(const std::string& uri) const {
    return std::ranges::any_of(wanted_, [&uri](const auto& each) { return each.second.contains(uri); });
}

bool subscriptions::remove(const std::string& session, const std::string& uri) {
    if (const auto at = wanted_.find(session); at != wanted_.end()) {
        at->second.erase(uri);
        if (at->second.empty()) wanted_.erase(at);
    }
    return !is_wanted(uri);
}

std::vector<std::string> subscriptions::remove_all(const std::string& session) {
    std::vector<std::string> out;
    const auto node = wanted_.extract(session);
    if (node.empty()) return out;
    std::ranges::copy_if(node.mapped(), std::back_inserter(out), [this](const auto& uri) { return !is_wanted(uri); });
    return out;
}

bool subscriptions::wants(const std::string& session, std::string_view uri) const {
    const auto at = wanted_.find(session);
    if (at == wanted_.end()) return false;
    return std::ranges::any_of(at->second, [uri](const std::string& wanted) {
        if (!uri.starts_with(wanted)) return false;
        return uri.size() == wanted.size() || wanted.ends_with('/') || uri[wanted.size()] == '/';
    });
}

}  // namespace bridge::session
