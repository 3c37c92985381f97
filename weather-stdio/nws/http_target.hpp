// The target of a request: the parts of a URL that HTTP needs.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/error.hpp"

namespace nws {

struct http_target {
    bool tls = true;
    std::string host;       ///< name or address; an IPv6 address without brackets
    std::string port;       ///< always set, in digits
    std::string authority;  ///< value of the Host header: host in brackets if it needs them, and the port unless it is the
                            ///< usual one
    std::string path;       ///< path and query as the request line has them, from "/" on
};

/// Parses an absolute http or https URL (RFC 3986). Fails with `http_errc::bad_url`, also if the URL has user information, because the
/// client would not send it. Drops a fragment.
bridge::core::result<http_target> parse_target(std::string_view url);

/// Returns the target of a redirect: `location` is the `Location` of an answer from `previous` and may be relative (RFC 9110, 10.2.2). Fails
/// with `http_errc::unsafe_redirect` for https to http and for other schemes.
bridge::core::result<http_target> follow_redirect(const http_target& previous, std::string_view location);

/// Returns the target as a URL, which a proxy requires as the request target (RFC 9112, 3.2.2).
std::string url_of(const http_target& target);

}  // namespace nws
