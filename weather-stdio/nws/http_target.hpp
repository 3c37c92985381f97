// Where a request goes: a URL taken apart for HTTP.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/error.hpp"

namespace nws {

struct http_target {
    bool tls = true;
    std::string host;       ///< name or address; an IPv6 address without brackets
    std::string port;       ///< always set, in digits
    std::string authority;  ///< for the Host header: host in brackets if it needs them, port unless it is the
                            ///< usual one
    std::string path;       ///< path and query as they go on the wire, from "/" on
};

/// Takes an absolute http or https URL apart (RFC 3986). Fails with `http_errc::bad_url`; user information is
/// refused too, because nothing here would send it. A fragment is dropped.
bridge::core::result<http_target> parse_target(std::string_view url);

/// The target that a `Location` of `location` means after a request to `from` (RFC 9110, 10.2.2: may be
/// relative). Fails with `http_errc::unsafe_redirect` for https to http and for other schemes.
bridge::core::result<http_target> follow_redirect(const http_target& from, std::string_view location);

/// The target as a URL: what a proxy wants as request target (RFC 9112, 3.2.2).
std::string url_of(const http_target& target);

}  // namespace nws
