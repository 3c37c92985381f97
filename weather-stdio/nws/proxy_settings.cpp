#include "weather-stdio/nws/proxy_settings.hpp"

#include <openssl/evp.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

std::string read_variable(const proxy_settings::environment& get, const char* small, const char* large) {
    const char* value = get(small);
    if (value == nullptr || *value == '\0') value = get(large);
    return value == nullptr ? "" : value;
}

// ASCII only: host names in URLs are ASCII, and the result must not depend on the locale.
std::string to_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
}

std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> entries;
    while (!list.empty()) {
        const auto end = list.find_first_of(", \t");
        if (end != 0) entries.push_back(to_small_letters(list.substr(0, end)));
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return entries;
}

// "example.com", ".example.com" and "*.example.com" all mean the name and all names below it.
bool covers(std::string_view entry, std::string_view host) {
    if (entry.starts_with('*')) entry.remove_prefix(1);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || !host.ends_with(entry)) return false;
    return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

std::string base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock adds a null
    const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                        static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(length));
    return encoded;
}

}  // namespace

proxy_settings::proxy_settings(const environment& get)
    : for_https_(read_variable(get, "https_proxy", "HTTPS_PROXY")), for_http_(read_variable(get, "http_proxy", "HTTP_PROXY")),
      exceptions_(split_list(read_variable(get, "no_proxy", "NO_PROXY"))) {}

bool proxy_settings::bypasses(const http_target& target) const {
    const auto host = to_small_letters(target.host);
    for (const auto& exception : exceptions_) {
        if (exception == "*" || exception == host || covers(exception, host)) return true;
        std::string_view name = exception;
        // True for a port at the end, but not for the last group of an IPv6 address without brackets.
        const auto colon = name.rfind(':');
        const bool has_port = colon != name.npos && (name.find(':') == colon || name[colon - 1] == ']');
        if (has_port) {
            if (name.substr(colon + 1) != target.port) continue;
            name = name.substr(0, colon);
        }
        if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
        if (name == host || covers(name, host)) return true;
    }
    return false;
}

bridge::core::result<std::optional<http_proxy>> proxy_settings::proxy_for(const http_target& target) const {
    std::optional<http_proxy> none;
    auto setting = target.tls ? for_https_ : for_http_;
    if (setting.empty() || bypasses(target)) return none;
    if (setting.find("://") == std::string::npos) setting = "http://" + setting;
    const auto url = boost::urls::parse_uri(setting);
    if (!url || url->scheme_id() != boost::urls::scheme::http || url->host().empty()) return http_errc::bad_proxy;
    http_proxy proxy;
    proxy.host = std::string(url->host_address());
    proxy.port = url->port().empty() ? "80" : std::string(url->port());
    if (url->has_userinfo()) proxy.authorization = "Basic " + base64(url->user() + ":" + url->password());
    return std::optional(std::move(proxy));
}

}  // namespace nws
