#include "weather-stdio/nws/proxy_settings.hpp"

#include <gtest/gtest.h>

#include <map>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

using variables = std::map<std::string, std::string>;

bridge::core::result<std::optional<http_proxy>> proxy_for(const variables& set, const char* url) {
    const proxy_settings settings([&](const char* name) {
        const auto found = set.find(name);
        return found == set.end() ? nullptr : found->second.c_str();
    });
    return settings.proxy_for(*parse_target(url));
}

bool is_direct(const variables& set, const char* url) {
    const auto proxy = proxy_for(set, url);
    return proxy && !*proxy;
}

TEST(proxy_settings, without_variables_connects_directly) {
    EXPECT_TRUE(is_direct({}, "https://host/"));
    EXPECT_TRUE(is_direct({{"HTTPS_PROXY", ""}}, "https://host/"));
}

TEST(proxy_settings, each_scheme_has_its_variable_and_small_letters_win) {
    const variables set = {{"HTTPS_PROXY", "http://large:1"}, {"https_proxy", "http://small:2"}, {"HTTP_PROXY", "plain:3"}};
    EXPECT_EQ((*proxy_for(set, "https://host/"))->host, "small");
    EXPECT_EQ((*proxy_for(set, "https://host/"))->port, "2");
    EXPECT_EQ((*proxy_for(set, "http://host/"))->host, "plain");
    EXPECT_EQ((*proxy_for(set, "http://host/"))->port, "3");
    EXPECT_EQ((*proxy_for({{"http_proxy", "http://p"}}, "http://host/"))->port, "80");
}

TEST(proxy_settings, credentials_become_a_header) {
    const auto proxy = *proxy_for({{"https_proxy", "http://us%40er:pa%3Ass@proxy:8080"}}, "https://host/");
    EXPECT_EQ(proxy->authorization, "Basic dXNAZXI6cGE6c3M=");
    EXPECT_EQ((*proxy_for({{"https_proxy", "http://proxy:1"}}, "https://host/"))->authorization, "");
}

TEST(proxy_settings, a_proxy_that_is_set_wrongly_is_not_passed_by) {
    for (const auto* value : {"socks5://proxy:1", "https://proxy:1", "http://", "http://pro xy"}) {
        EXPECT_EQ(proxy_for({{"https_proxy", value}}, "https://host/").error(), http_errc::bad_proxy) << value;
    }
}

TEST(proxy_settings, no_proxy_excepts_names_and_what_is_below) {
    const auto direct = [](const char* list, const char* url) {
        return is_direct({{"https_proxy", "proxy:1"}, {"http_proxy", "proxy:1"}, {"no_proxy", list}}, url);
    };
    EXPECT_TRUE(direct("*", "https://host/"));
    EXPECT_TRUE(direct("a, Weather.GOV", "https://weather.gov/"));
    EXPECT_TRUE(direct("weather.gov", "https://api.weather.gov/"));
    EXPECT_TRUE(direct(".weather.gov", "https://api.weather.gov/"));
    EXPECT_TRUE(direct("*.weather.gov", "https://api.weather.gov/"));
    EXPECT_TRUE(direct("127.0.0.1", "http://127.0.0.1:8080/"));
    EXPECT_TRUE(direct("::1", "http://[::1]:8080/"));
    EXPECT_TRUE(direct("[::1]:8080", "http://[::1]:8080/"));
    EXPECT_TRUE(direct("weather.gov:443", "https://api.weather.gov/"));
    EXPECT_FALSE(direct("weather.gov:8443", "https://api.weather.gov/"));
    EXPECT_FALSE(direct("weather.gov", "https://notweather.gov/"));
    EXPECT_FALSE(direct("api.weather.gov", "https://weather.gov/"));
    EXPECT_FALSE(direct(" , ,", "https://weather.gov/"));
}

}  // namespace
}  // namespace nws
