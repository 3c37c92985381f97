#include "weather-stdio/nws/http_error.hpp"

#include <string>

namespace nws {
namespace {

const char* text_of(http_errc e) {
    switch (e) {
        case http_errc::bad_url: return "its address is not a valid http or https URL";
        case http_errc::unknown_host: return "its host name could not be resolved";
        case http_errc::unreachable: return "it could not be reached";
        case http_errc::timed_out: return "it did not answer in time";
        case http_errc::untrusted: return "its certificate is not trusted";
        case http_errc::wrong_host: return "its certificate belongs to another host";
        case http_errc::tls_failed: return "no secure connection could be made";
        case http_errc::bad_proxy: return "the proxy that is set is not a valid http URL";
        case http_errc::proxy_refused: return "the proxy refused the connection";
        case http_errc::broken_connection: return "the connection broke before the answer was complete";
        case http_errc::malformed: return "its answer could not be understood";
        case http_errc::too_large: return "its answer was too large";
        case http_errc::too_many_redirects: return "it redirected too many times";
        case http_errc::unsafe_redirect: return "it redirected to an address that is not safe to follow";
    }
    return "an unknown error occurred";
}

// Boost's base class has a protected, non-virtual destructor on purpose (it is a literal type).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class http_errors final : public boost::system::error_category {  // NOLINT(cppcoreguidelines-virtual-class-destructor)
public:
    const char* name() const noexcept override { return "http"; }
    std::string message(int value) const override { return text_of(static_cast<http_errc>(value)); }
};

class http_statuses final : public boost::system::error_category {  // NOLINT(cppcoreguidelines-virtual-class-destructor)
public:
    const char* name() const noexcept override { return "http status"; }
    std::string message(int value) const override { return "it answered with HTTP status " + std::to_string(value); }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& http_category() noexcept {
    static const http_errors instance;
    return instance;
}

const boost::system::error_category& status_category() noexcept {
    static const http_statuses instance;
    return instance;
}

}  // namespace nws
