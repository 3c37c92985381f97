// The choice of a proxy for a request, by the usual environment variables.
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

/// Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY. There is no standard; this class does what curl and Go have in common. The name in small
/// letters wins. HTTPS_PROXY is for https URLs, HTTP_PROXY for http URLs. A value without a scheme means http. NO_PROXY is "*" or a
/// comma-separated list of host names (which include all names below them) and addresses, each with an optional ":port".
class proxy_settings {
public:
    /// Returns the value of an environment variable, or null.
    using environment = std::function<const char*(const char*)>;

    /// Never fails: `proxy_for` reports an invalid proxy, so that the client does not silently bypass it.
    explicit proxy_settings(const environment& get);

    /// Returns the proxy for a request, or nothing for a direct connection. Fails with `http_errc::bad_proxy` if the value for the proxy is
    /// not an http URL.
    bridge::core::result<std::optional<http_proxy>> proxy_for(const http_target& target) const;

private:
    bool bypasses(const http_target& target) const;

    std::string for_https_;
    std::string for_http_;
    std::vector<std::string> exceptions_;  // in small letters
};

}  // namespace nws
