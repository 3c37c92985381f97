// Which web pages and which host names may use the bridge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// Keeps a web page from using the bridge through its visitor's browser (DNS rebinding; MCP specification, Transports,
/// Security Warning). Programs send no Origin and are not concerned by that part.
class origin_policy {
public:
    /// `origins`: pages that may, each "scheme://host[:port]". `hosts`: names that the bridge may be called by in
    /// addition to the loopback ones. `loopback`: it listens on a loopback address.
    origin_policy(std::vector<std::string> origins, std::vector<std::string> hosts, bool loopback)
        : origins_(std::move(origins)), hosts_(std::move(hosts)), loopback_(loopback) {}

    /// Empty if the request may go on, else why not. A page needs to be named, but for pages of this machine's own while
    /// the bridge listens on a loopback address. The Host must be a loopback name then, or a named one.
    std::string_view objection(const request_head& head) const;

    /// The origin for CORS headers: that of the request if it was named, else empty. CORS is off unless configured.
    std::string_view shared_with(const request_head& head) const;

private:
    bool is_named(std::string_view origin) const;

    std::vector<std::string> origins_;
    std::vector<std::string> hosts_;
    bool loopback_;
};

}  // namespace bridge::http
