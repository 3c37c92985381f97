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

// True if a message may repeat `name`, which a client chose: it is short, and has only the characters of host names and addresses.
bool can_quote(std::string_view name) {
    constexpr std::size_t longest = 253;  // of a host name (RFC 1035, section 2.3.4)
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
    return !name.empty() && name.size() <= longest && name.find_first_not_of(characters) == std::string_view::npos;
}

// The name can be that of an attack, so the text does not simply advise to allow it.
std::string refusal_of(std::string_view header, std::string_view authority) {
    const std::string_view name = without_port(authority);
    if (!can_quote(name)) return "requests for this " + std::string(header) + " are not allowed; --allowed-host names the hosts that are";
    return "requests for the " + std::string(header) + " '" + std::string(name) +
           "' are not allowed; if clients are meant to use this name, start the bridge with --allowed-host " + std::string(name);
}

}  // namespace

bool origin_policy::is_named(std::string_view origin) const {
    return std::ranges::any_of(origins_, [origin](const std::string& each) { return same_name(each, origin); });
}

bool origin_policy::may_use(std::string_view origin, std::string_view public_host) const {
    if (is_named(origin)) return true;
    if (loopback_ && service_ != front::platform && is_loopback_origin(origin)) return true;
    const std::size_t mark = origin.find("://");
    return !public_host.empty() && mark != std::string_view::npos && same_name(origin.substr(mark + 3), public_host);
}

bool origin_policy::is_own_name(std::string_view authority) const {
    const std::string_view name = without_port(authority);
    if (loopback_ && is_loopback_name(name)) return true;
    return std::ranges::any_of(hosts_, [&](const std::string& each) { return same_name(each, name) || same_name(each, authority); });
}

std::string_view origin_policy::public_host(const request_head& head) const {
    return service_ == front::none || head.forwarded_host.empty() ? head.host : head.forwarded_host;
}

std::string origin_policy::refusal_reason(const request_head& head) const {
    std::string reason = host_refusal(head);
    return reason.empty() ? origin_refusal(head) : reason;
}

std::string origin_policy::host_refusal(const request_head& head) const {
    const bool is_forwarded = service_ == front::local_host && !head.forwarded_host.empty();
    if (is_forwarded && !is_own_name(head.forwarded_host)) return refusal_of("X-Forwarded-Host", head.forwarded_host);
    if ((!loopback_ && hosts_.empty()) || is_own_name(head.host)) return {};
    return refusal_of("Host", head.host);
}

std::string origin_policy::origin_refusal(const request_head& head) const {
    const std::string_view forwarded = service_ == front::none ? std::string_view{} : head.forwarded_host;
    if (!head.origin || may_use(*head.origin, forwarded)) return {};
    const std::size_t mark = head.origin->find("://");
    const bool can_be_quoted = mark != std::string_view::npos && can_quote(head.origin->substr(0, mark)) && can_quote(head.origin->substr(mark + 3));
    if (!can_be_quoted) return "pages of this Origin may not use the bridge; --allowed-origin names the pages that may";
    const std::string origin(*head.origin);
    return "pages of the Origin '" + origin + "' may not use the bridge; if they are meant to, start it with --allowed-origin " + origin;
}

std::string_view origin_policy::shared_with(const request_head& head) const {
    return head.origin && is_named(*head.origin) ? *head.origin : std::string_view{};
}

}  // namespace bridge::http
