// Which web pages and which host names may use the bridge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// What stands before the bridge, replaces Host and says in X-Forwarded-Host how it was called itself.
enum class front {
    none,        ///< nothing, or nothing known: X-Forwarded-Host is anyone's
    local_host,  ///< the Functions host on somebody's machine, reachable by whatever name resolves to it
    platform,    ///< the Functions host in Azure, which is called by its own names only
};

/// Keeps a web page from using the bridge through its visitor's browser (DNS rebinding; MCP specification, Transports,
/// Security Warning). Programs send no Origin and are not concerned by that part.
class origin_policy {
public:
    /// `origins`: pages that may, each "scheme://host[:port]". `hosts`: names that the bridge may be called by in
    /// addition to the loopback ones. `loopback`: it listens on a loopback address.
    origin_policy(std::vector<std::string> origins, std::vector<std::string> hosts, bool loopback, front before = front::none)
        : origins_(std::move(origins)), hosts_(std::move(hosts)), loopback_(loopback), before_(before) {}

    /// Empty if the request may go on, else why not. A page needs to be named, but for pages of this machine's own while
    /// the bridge listens on a loopback address. The Host must be a loopback name then, or a named one; so must the
    /// X-Forwarded-Host of a local host. Behind either host, pages of the host name that was called may use it; in Azure those of
    /// this machine's own may not, as they are those of the visitor's.
    std::string_view objection(const request_head& head) const;

    /// The origin for CORS headers: that of the request if it was named, else empty. CORS is off unless configured.
    std::string_view shared_with(const request_head& head) const;

private:
    bool is_named(std::string_view origin) const;
    bool may_use(std::string_view origin, std::string_view public_host) const;
    bool is_own_name(std::string_view authority) const;

    std::vector<std::string> origins_;
    std::vector<std::string> hosts_;
    bool loopback_;
    front before_;
};

}  // namespace bridge::http
