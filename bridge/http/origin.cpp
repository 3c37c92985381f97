#include "bridge/http/origin.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>

namespace bridge::http {
namespace {

namespace asio = boost::asio;

// Returns "name" for "name" and "name:port", and "[v6]" for "[v6]:port".
std::string_view without_port(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

// Returns `name` as an IP address, or nothing if it is a name.
std::optional<asio::ip::address> address_of(std::string_view name) {
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    boost::system::error_code error;
    const auto address = asio::ip::make_address(name, error);
    return error ? std::nullopt : std::optional(address);
}

// Every address of 127.0.0.0/8 belongs to this machine, as ::1 does.
bool is_loopback_name(std::string_view name) {
    if (same_name(name, "localhost") || name == "127.0.0.1" || name == "[::1]") return true;
    const auto address = address_of(name);
    return address && address->is_loopback();
}

bool is_loopback_origin(std::string_view origin) {
    const std::size_t mark = origin.find("://");
    return mark != std::string_view::npos && is_loopback_name(without_port(origin.substr(mark + 3)));
}

}  // namespace

bool origin_policy::is_named(std::string_view origin) const {
    return std::ranges::any_of(origins_, [origin](const std::string& each) { return same_name(each, origin); });
}

bool origin_policy::may_use(std::string_view origin, std::string_view public_host) const {
    if (is_named(origin)) return true;
    if (loopback_ && before_ != front::platform && is_loopback_origin(origin)) return true;
    const std::size_t mark = origin.find("://");
    return !public_host.empty() && mark != std::string_view::npos && same_name(origin.substr(mark + 3), public_host);
}

bool origin_policy::is_own_name(std::string_view authority) const {
    const std::string_view name = without_port(authority);
    if (loopback_ && is_loopback_name(name)) return true;
    return std::ranges::any_of(hosts_, [&](const std::string& each) { return same_name(each, name) || same_name(each, authority); });
}

std::string_view origin_policy::objection(const request_head& head) const {
    const std::string_view public_host = before_ == front::none ? std::string_view{} : head.forwarded_host;
    if (before_ == front::local_host && !public_host.empty() && !is_own_name(public_host)) {
        return "requests for this X-Forwarded-Host are not allowed; allow other names than localhost with --allowed-host";
    }
    if (head.origin && !may_use(*head.origin, public_host)) return "requests from this Origin are not allowed";
    if (!loopback_ && hosts_.empty()) return {};
    return is_own_name(head.host) ? std::string_view{} : "requests for this Host are not allowed";
}

std::string_view origin_policy::shared_with(const request_head& head) const {
    return head.origin && is_named(*head.origin) ? *head.origin : std::string_view{};
}

}  // namespace bridge::http
