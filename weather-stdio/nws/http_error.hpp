// The errors of requests to a web service. Each has a text for users.
#pragma once

#include <boost/system/error_code.hpp>

namespace nws {

enum class http_errc {
    bad_url = 1,         ///< a URL is not an absolute http or https URL
    unknown_host,        ///< the name of the host is not known
    unreachable,         ///< no connection could be made
    timed_out,           ///< no answer in time
    untrusted,           ///< the certificate is not signed by a known authority, or has expired
    wrong_host,          ///< the certificate belongs to another host
    tls_failed,          ///< the encrypted connection failed for another reason
    bad_proxy,           ///< the value for a proxy is not an http URL
    proxy_refused,       ///< the proxy refused the tunnel
    broken_connection,   ///< the connection ended in the middle
    malformed,           ///< the bytes are no HTTP answer, or the content is not the expected one
    too_large,           ///< the answer is over its limit
    too_many_redirects,  ///< more redirects than the limit
    unsafe_redirect,     ///< a redirect that the client does not follow: from https to http, or to another scheme
};

const boost::system::error_category& http_category() noexcept;

inline boost::system::error_code make_error_code(http_errc e) noexcept {
    return {static_cast<int>(e), http_category()};
}

/// HTTP statuses other than success as errors. The value of the error is the status.
const boost::system::error_category& status_category() noexcept;

inline boost::system::error_code status_error(unsigned status) noexcept {
    return {static_cast<int>(status), status_category()};
}

}  // namespace nws

template <>
struct boost::system::is_error_code_enum<nws::http_errc> : std::true_type {};
