// Which proxy a request goes through, by the environment variables that everybody uses.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.hpp"
#include "weather-stdio/nws/http_target.hpp"

namespace nws {

struct http_proxy {
    std::string host;
    std::string port;
    std::string authorization;  ///< value of `Proxy-Authorization` (RFC 7617, Basic); empty for none
};

/// Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY. There is no standard; this does what curl and Go agree on:
/// the small-letter name wins, HTTPS_PROXY is for https URLs, HTTP_PROXY for http URLs, a value without a
/// scheme means http, NO_PROXY is a list with commas of host names (which also mean everything below them),
/// addresses, either with an optional ":port", or "*".
class proxy_settings {
public:
    /// Gives the value of an environment variable, or null.
    using environment = std::function<const char*(const char*)>;

    /// Never fails: a proxy that is set wrongly is reported by `proxy_for`, so that it is not silently passed
    /// by.
    explicit proxy_settings(const environment& get);

    /// The proxy for a request, or nothing to connect directly. Fails with `http_errc::bad_proxy` if the
    /// proxy is set to something other than an http URL.
    bridge::core::result<std::optional<http_proxy>> proxy_for(const http_target& target) const;

private:
    bool bypasses(const http_target& target) const;

    std::string for_https_;
    std::string for_http_;
    std::vector<std::string> exceptions_;  // in small letters
};

}  // namespace nws
