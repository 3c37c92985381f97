// The policy that decides which web pages and which host names may use the bridge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// The service in front of the bridge that replaces Host, and passes the name that clients called it by in X-Forwarded-Host.
enum class front {
    none,        ///< no service, or an unknown one: any client can set X-Forwarded-Host
    local_host,  ///< the Functions host on a developer's machine, reachable by any name that resolves to it
    platform,    ///< the Functions host in Azure, which clients call by its own names only
};

/// Prevents a web page from using the bridge through its visitor's browser (DNS rebinding; MCP specification, Transports, Security
/// Warning). Programs send no Origin, so the rules for Origin do not concern them.
class origin_policy {
public:
    /// `origins`: the pages that may use the bridge, each "scheme://host[:port]". `hosts`: names that clients may call the bridge by in
    /// addition to the loopback names. `loopback`: the bridge listens on a loopback address.
    origin_policy(std::vector<std::string> origins, std::vector<std::string> hosts, bool loopback, front service = front::none)
        : origins_(std::move(origins)), hosts_(std::move(hosts)), loopback_(loopback), service_(service) {}

    /// Returns an empty text if the request is allowed, or the reason for its refusal and the option that would allow it: that of `host_refusal`, or
    /// else that of `origin_refusal`.
    std::string refusal_reason(const request_head& head) const;

    /// Checks the name by which the client called the bridge. While the bridge listens on a loopback address, or if `hosts` has names, the Host must
    /// be a loopback name or one of `hosts`; so must the X-Forwarded-Host of a local host.
    std::string host_refusal(const request_head& head) const;

    /// Checks the page that sent the request. The page must be in `origins`. While the bridge listens on a loopback address, pages of this machine
    /// are allowed too. Behind either Functions host, pages of the called host name are allowed. In Azure, pages of "this machine" are not, because
    /// that would be the visitor's machine.
    std::string origin_refusal(const request_head& head) const;

    /// Returns the host and port by which the client called the bridge, as far as the bridge knows them. Any client can choose this text.
    std::string_view public_host(const request_head& head) const;

    /// Returns the origin for CORS headers: the request's origin if it is in `origins`, else an empty text. CORS is off unless configured.
    std::string_view shared_with(const request_head& head) const;

private:
    bool is_named(std::string_view origin) const;
    bool may_use(std::string_view origin, std::string_view public_host) const;
    bool is_own_name(std::string_view authority) const;

    std::vector<std::string> origins_;
    std::vector<std::string> hosts_;
    bool loopback_;
    front service_;
};

}  // namespace bridge::http
