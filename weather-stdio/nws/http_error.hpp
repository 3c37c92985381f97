// What can go wrong while a web service is asked, each with a text that is fit for users.
#pragma once

#include <boost/system/error_code.hpp>

namespace nws {

enum class http_errc {
    bad_url = 1,         ///< a URL is no absolute http or https URL
    unknown_host,        ///< the name of the host is not known
    unreachable,         ///< no connection could be made
    timed_out,           ///< no answer in time
    untrusted,           ///< the certificate is not signed by a known authority, or has expired
    wrong_host,          ///< the certificate is another host's
    tls_failed,          ///< the encrypted connection could not be made for another reason
    bad_proxy,           ///< a proxy is set to something other than an http URL
    proxy_refused,       ///< the proxy does not let us through
    broken_connection,   ///< the connection ended in the middle
    malformed,           ///< what came is no HTTP answer, or its content is not what was expected
    too_large,           ///< the answer is over its limit
    too_many_redirects,  ///< redirected again and again
    unsafe_redirect,     ///< redirected to where we do not go: from https to http, or to another scheme
};

const boost::system::error_category& http_category() noexcept;

inline boost::system::error_code make_error_code(http_errc e) noexcept {
    return {static_cast<int>(e), http_category()};
}

/// HTTP statuses other than success as errors: the value is the status.
const boost::system::error_category& status_category() noexcept;

inline boost::system::error_code status_error(unsigned status) noexcept {
    return {static_cast<int>(status), status_category()};
}

}  // namespace nws

template <>
struct boost::system::is_error_code_enum<nws::http_errc> : std::true_type {};
