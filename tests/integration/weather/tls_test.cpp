// Encrypted connections are made only to servers that prove who they are.
#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/nws_stand_in.hpp"
#include "tests/support/test_certificate.hpp"

namespace weather_test {
namespace {

using test_support::behaviour;
using test_support::make_certificate;
using test_support::nws_stand_in;
using test_support::temporary_file;
using testing::HasSubstr;

json alerts(const nws_stand_in& service, const std::string& trusted) {
    weather_process server({}, {{"WEATHER_NWS_BASE_URL", service.url()}, {"SSL_CERT_FILE", trusted}});
    server.initialize();
    return server.call("get_alerts", {{"state", "KS"}});
}

TEST(tls, a_trusted_certificate_is_accepted) {
    const auto certificate = make_certificate("IP:127.0.0.1");
    const temporary_file trusted(certificate.certificate_pem);
    const nws_stand_in service(certificate);
    EXPECT_FALSE(alerts(service, trusted.path())["isError"]);
    EXPECT_EQ(service.requests().size(), 1U);
}

TEST(tls, an_unknown_certificate_is_refused) {
    const nws_stand_in service(make_certificate("IP:127.0.0.1"));
    const temporary_file others(make_certificate("IP:127.0.0.1").certificate_pem);
    EXPECT_THAT(error_text(alerts(service, others.path())), HasSubstr("certificate is not trusted"));
    EXPECT_TRUE(service.requests().empty());
}

TEST(tls, the_certificate_of_another_host_is_refused) {
    for (const auto* name : {"IP:127.0.0.2", "DNS:api.weather.test"}) {
        const auto certificate = make_certificate(name);
        const temporary_file trusted(certificate.certificate_pem);
        const nws_stand_in service(certificate);
        EXPECT_THAT(error_text(alerts(service, trusted.path())), HasSubstr("certificate belongs to another host"));
        EXPECT_TRUE(service.requests().empty());
    }
}

TEST(tls, a_server_that_speaks_no_tls_is_an_error) {
    const nws_stand_in plain;
    const auto url = "https://127.0.0.1:" + std::to_string(plain.port());
    weather_process server({}, {{"WEATHER_NWS_BASE_URL", url}});
    server.initialize();
    EXPECT_THAT(error_text(server.call("get_alerts", {{"state", "KS"}})), HasSubstr("no secure connection"));
}

TEST(tls, a_redirect_to_plain_http_is_not_followed) {
    const auto certificate = make_certificate("IP:127.0.0.1");
    const temporary_file trusted(certificate.certificate_pem);
    nws_stand_in service(certificate);
    service.behave("/alerts", behaviour::redirect_downgrade);
    EXPECT_THAT(error_text(alerts(service, trusted.path())), HasSubstr("not safe to follow"));
}

TEST(tls, an_answer_that_is_cut_off_is_an_error) {
    const auto certificate = make_certificate("IP:127.0.0.1");
    const temporary_file trusted(certificate.certificate_pem);
    nws_stand_in service(certificate);
    service.behave("/alerts", behaviour::cut_off);
    EXPECT_THAT(error_text(alerts(service, trusted.path())), HasSubstr("connection broke"));
}

TEST(tls, a_call_that_waits_for_an_encrypted_answer_can_be_cancelled) {
    const auto certificate = make_certificate("IP:127.0.0.1");
    const temporary_file trusted(certificate.certificate_pem);
    nws_stand_in service(certificate);
    service.behave("/alerts", behaviour::hold);
    weather_process server({}, {{"WEATHER_NWS_BASE_URL", service.url()}, {"SSL_CERT_FILE", trusted.path()}});
    server.initialize();
    server.send(weather_process::call_request(1, "get_alerts", {{"state", "KS"}}));
    ASSERT_TRUE(service.wait_for_requests(1));
    server.send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", 1}}}});
    EXPECT_TRUE(service.wait_for_hang_up());
}

}  // namespace
}  // namespace weather_test
