#include "bridge/http/origin.hpp"

#include <algorithm>

namespace bridge::http {
namespace {

// "name" of "name", "name:port" and "[v6]:port".
std::string_view without_port(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

bool is_loopback_name(std::string_view name) {
    return same_name(name, "localhost") || name == "127.0.0.1" || name == "[::1]";
}

bool is_loopback_origin(std::string_view origin) {
    const std::size_t mark = origin.find("://");
    return mark != std::string_view::npos && is_loopback_name(without_port(origin.substr(mark + 3)));
}

}  // namespace

bool origin_policy::is_named(std::string_view origin) const {
    return std::ranges::any_of(origins_, [origin](const std::string& each) { return same_name(each, origin); });
}

std::string_view origin_policy::objection(const request_head& head) const {
    if (head.origin && !is_named(*head.origin) && !(loopback_ && is_loopback_origin(*head.origin))) {
        return "requests from this Origin are not allowed";
    }
    if (!loopback_ && hosts_.empty()) return {};
    const std::string_view name = without_port(head.host);
    if (loopback_ && is_loopback_name(name)) return {};
    const bool named = std::ranges::any_of(
        hosts_, [&](const std::string& each) { return same_name(each, name) || same_name(each, head.host); });
    return named ? std::string_view{} : "requests for this Host are not allowed";
}

std::string_view origin_policy::shared_with(const request_head& head) const {
    return head.origin && is_named(*head.origin) ? *head.origin : std::string_view{};
}

}  // namespace bridge::http
