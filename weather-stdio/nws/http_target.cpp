#include "weather-stdio/nws/http_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

namespace urls = boost::urls;

bool has_http_scheme(const urls::url_view_base& url) {
    return url.scheme_id() == urls::scheme::http || url.scheme_id() == urls::scheme::https;
}

// Boost.URL 1.81 accepts any number of digits for a port and does not report that there are too many.
bool is_port(std::string_view digits) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size() && number != 0;
}

}  // namespace

bridge::core::result<http_target> parse_target(std::string_view url) {
    const auto parsed = urls::parse_uri(url);
    if (!parsed || !has_http_scheme(*parsed) || parsed->has_userinfo() || parsed->host().empty()) {
        return http_errc::bad_url;
    }
    http_target target;
    target.tls = parsed->scheme_id() == urls::scheme::https;
    const std::string usual_port = target.tls ? "443" : "80";
    target.port = parsed->port().empty() ? usual_port : std::string(parsed->port());
    if (!is_port(target.port)) return http_errc::bad_url;
    target.host = std::string(parsed->host_address());
    target.authority = std::string(parsed->encoded_host());
    if (target.port != usual_port) target.authority += ":" + target.port;
    target.path = std::string(parsed->encoded_target());
    if (target.path.empty() || target.path.front() != '/') target.path.insert(target.path.begin(), '/');
    return target;
}

bridge::core::result<http_target> follow_redirect(const http_target& previous, std::string_view location) {
    const auto from_url = url_of(previous);  // the parsed URL is a view of it
    const auto base = urls::parse_uri(from_url);
    const auto reference = urls::parse_uri_reference(location);
    if (!base || !reference) return http_errc::malformed;
    urls::url absolute;
    if (!urls::resolve(*base, *reference, absolute)) return http_errc::malformed;
    if (!has_http_scheme(absolute)) return http_errc::unsafe_redirect;
    auto to = parse_target(std::string_view(absolute.buffer().data(), absolute.buffer().size()));
    if (to && previous.tls && !to->tls) return http_errc::unsafe_redirect;
    return to;
}

std::string url_of(const http_target& target) {
    return (target.tls ? "https://" : "http://") + target.authority + target.path;
}

}  // namespace nws
