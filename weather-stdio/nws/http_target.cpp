#include "weather-stdio/nws/http_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

namespace urls = boost::urls;

bool has_http_scheme(const urls::url_view_base& url) {
    return url.scheme_id() == urls::scheme::http || url.scheme_id() == urls::scheme::https;
}

}  // namespace

bridge::core::result<http_target> parse_target(std::string_view url) {
    const auto parsed = urls::parse_uri(urls::string_view(url.data(), url.size()));
    if (!parsed || !has_http_scheme(*parsed) || parsed->has_userinfo() || parsed->host().empty()) {
        return http_errc::bad_url;
    }
    if (parsed->has_port() && parsed->port_number() == 0) return http_errc::bad_url;
    http_target target;
    target.tls = parsed->scheme_id() == urls::scheme::https;
    target.host = std::string(parsed->host_address());
    target.port = parsed->has_port() ? std::to_string(parsed->port_number()) : target.tls ? "443" : "80";
    const auto encoded_host = parsed->encoded_host();
    target.authority = std::string(encoded_host.data(), encoded_host.size());
    if (target.port != (target.tls ? "443" : "80")) target.authority += ":" + target.port;
    const auto path = parsed->encoded_target();
    target.path = std::string(path.data(), path.size());
    if (target.path.empty() || target.path.front() != '/') target.path.insert(target.path.begin(), '/');
    return target;
}

bridge::core::result<http_target> follow_redirect(const http_target& from, std::string_view location) {
    const auto base = urls::parse_uri(url_of(from));
    const auto reference = urls::parse_uri_reference(urls::string_view(location.data(), location.size()));
    if (!base || !reference) return http_errc::malformed;
    urls::url absolute;
    if (!urls::resolve(*base, *reference, absolute)) return http_errc::malformed;
    if (!has_http_scheme(absolute)) return http_errc::unsafe_redirect;
    const auto to = parse_target(std::string_view(absolute.buffer().data(), absolute.buffer().size()));
    if (to && from.tls && !to->tls) return http_errc::unsafe_redirect;
    return to;
}

std::string url_of(const http_target& target) {
    return (target.tls ? "https://" : "http://") + target.authority + target.path;
}

}  // namespace nws
