// Requests go through the proxy that the environment names.
#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/nws_stand_in.hpp"
#include "tests/support/proxy_stand_in.hpp"
#include "tests/support/test_certificate.hpp"

namespace weather_test {
namespace {

using test_support::nws_stand_in;
using test_support::proxy_stand_in;
using testing::HasSubstr;
using testing::StartsWith;

std::string url_of(const proxy_stand_in& proxy, const std::string& credentials = "") {
    return "http://" + credentials + "127.0.0.1:" + std::to_string(proxy.port());
}

json alerts(const weather_process::environment& variables) {
    weather_process server({}, variables);
    server.initialize();
    return server.call("get_alerts", {{"state", "KS"}});
}

// The name is never resolved: only the proxy knows where it is. That proves SNI and name check too.
class tunnel : public testing::Test {
protected:
    const std::string base_ = "https://api.weather.test:8443";
    test_support::test_certificate certificate_ = test_support::make_certificate("DNS:api.weather.test");
    test_support::temporary_file trusted_{certificate_.certificate_pem};
    nws_stand_in service_{certificate_};
};

TEST_F(tunnel, https_goes_through_connect) {
    const proxy_stand_in proxy(service_.port());
    const auto result = alerts({{"WEATHER_NWS_BASE_URL", base_}, {"SSL_CERT_FILE", trusted_.path()}, {"HTTPS_PROXY", url_of(proxy)}});
    EXPECT_FALSE(result.value("isError", true)) << result;
    ASSERT_EQ(proxy.requests().size(), 1U);
    EXPECT_THAT(proxy.requests()[0], StartsWith("CONNECT api.weather.test:8443 HTTP/1.1\r\n"));
    EXPECT_THAT(service_.requests().at(0), StartsWith("GET /alerts/active?area=KS HTTP/1.1\r\n"));
}

TEST_F(tunnel, credentials_are_sent_to_the_proxy_and_to_it_alone) {
    const proxy_stand_in proxy(service_.port(), "Basic dXNlcjpwYXNz");
    const auto ask = [&](const std::string& credentials) {
        return alerts({{"WEATHER_NWS_BASE_URL", base_}, {"SSL_CERT_FILE", trusted_.path()}, {"https_proxy", url_of(proxy, credentials)}});
    };
    EXPECT_FALSE(ask("user:pass@").value("isError", true));
    EXPECT_THAT(service_.requests().at(0), testing::Not(HasSubstr("Authorization")));
    EXPECT_THAT(error_text(ask("user:wrong@")), HasSubstr("proxy refused"));
    EXPECT_THAT(error_text(ask("")), HasSubstr("proxy refused"));
}

TEST_F(tunnel, the_certificate_is_checked_through_the_tunnel) {
    const proxy_stand_in proxy(service_.port());
    const auto result = alerts({{"WEATHER_NWS_BASE_URL", "https://other.test"}, {"SSL_CERT_FILE", trusted_.path()}, {"https_proxy", url_of(proxy)}});
    EXPECT_THAT(error_text(result), HasSubstr("certificate belongs to another host"));
}

TEST(proxy, plain_http_names_the_whole_url) {
    const nws_stand_in service;
    const proxy_stand_in proxy(service.port(), "Basic dXNlcjpwYXNz");
    const auto result = alerts({{"WEATHER_NWS_BASE_URL", "http://nws.test"}, {"http_proxy", url_of(proxy, "user:pass@")}});
    EXPECT_FALSE(result.value("isError", true)) << result;
    EXPECT_THAT(proxy.requests().at(0), StartsWith("GET http://nws.test/alerts/active?area=KS HTTP/1.1\r\n"));
}

TEST(proxy, no_proxy_connects_directly) {
    const nws_stand_in service;
    const proxy_stand_in proxy(service.port());
    const auto result = alerts({{"WEATHER_NWS_BASE_URL", service.url()}, {"HTTP_PROXY", url_of(proxy)}, {"NO_PROXY", "127.0.0.1"}});
    EXPECT_FALSE(result.value("isError", true)) << result;
    EXPECT_TRUE(proxy.requests().empty());
}

TEST(proxy, a_kind_of_proxy_that_is_not_supported_is_not_passed_by) {
    const nws_stand_in service;
    const auto result = alerts({{"WEATHER_NWS_BASE_URL", service.url()}, {"http_proxy", "socks5://127.0.0.1:1"}});
    EXPECT_THAT(error_text(result), HasSubstr("proxy"));
    EXPECT_TRUE(service.requests().empty());
}

}  // namespace
}  // namespace weather_test
