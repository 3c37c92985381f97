// A service with faults: every one becomes a tool error that says what happened, and the server lives on.
#include <chrono>

#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/nws_stand_in.hpp"

namespace weather_test {
namespace {

using test_support::behaviour;
using test_support::nws_stand_in;
using testing::HasSubstr;
using testing::Not;

class faults : public testing::Test {
protected:
    faults() : server_({}, {{"WEATHER_NWS_BASE_URL", service_.url()}}) { server_.initialize(); }

    std::string alerts_error(behaviour fault) {
        service_.behave("/alerts", fault);
        const auto text = error_text(server_.call("get_alerts", {{"state", "KS"}}));
        EXPECT_THAT(text, HasSubstr("US National Weather Service"));
        EXPECT_THAT(text, Not(HasSubstr("127.0.0.1")));
        EXPECT_THAT(text, Not(HasSubstr("secret internals")));
        return text;
    }

    nws_stand_in service_;
    weather_process server_;
};

TEST_F(faults, statuses) {
    EXPECT_THAT(alerts_error(behaviour::server_error), HasSubstr("HTTP status 500. Trying again later"));
    EXPECT_THAT(alerts_error(behaviour::rate_limited), HasSubstr("HTTP status 429. Trying again later"));
    EXPECT_THAT(alerts_error(behaviour::not_found), HasSubstr("HTTP status 404."));
}

TEST_F(faults, places_that_are_not_covered) {
    service_.behave("/points", behaviour::not_found);
    EXPECT_EQ(error_text(server_.call("get_forecast", {{"latitude", 48.85}, {"longitude", 2.35}})),
              "No forecast: 48.85,2.35 is outside the area the US National Weather Service covers.");
}

TEST_F(faults, answers_that_make_no_sense) {
    for (const auto how : {behaviour::not_http, behaviour::not_json, behaviour::deep_json, behaviour::wrong_shape}) {
        EXPECT_THAT(alerts_error(how), HasSubstr("could not be understood"));
    }
    for (const auto how : {behaviour::not_json, behaviour::wrong_shape, behaviour::deep_json}) {
        service_.behave("/points", how);
        EXPECT_THAT(error_text(server_.call("get_forecast", linn)), HasSubstr("could not be understood"));
    }
    service_.behave("/points", behaviour::ok);
    service_.behave("/gridpoints", behaviour::wrong_shape);
    EXPECT_THAT(error_text(server_.call("get_forecast", linn)), HasSubstr("could not be understood"));
}

TEST_F(faults, answers_that_are_too_large) {
    EXPECT_THAT(alerts_error(behaviour::huge), HasSubstr("too large"));
    EXPECT_THAT(alerts_error(behaviour::huge_header), HasSubstr("too large"));
}

TEST_F(faults, connections_that_break) {
    EXPECT_THAT(alerts_error(behaviour::cut_off), HasSubstr("connection broke"));
}

TEST_F(faults, redirects_are_followed_but_not_for_ever) {
    service_.behave("/alerts", behaviour::redirect);
    EXPECT_FALSE(server_.call("get_alerts", {{"state", "KS"}})["isError"]);
    EXPECT_THAT(alerts_error(behaviour::redirect_loop), HasSubstr("redirected too many times"));
    EXPECT_EQ(service_.requests().size(), 2U + 6U);
}

TEST_F(faults, the_server_lives_on) {
    for (const auto how : {behaviour::huge, behaviour::cut_off, behaviour::not_http, behaviour::deep_json}) alerts_error(how);
    service_.behave("/alerts", behaviour::ok);
    EXPECT_FALSE(server_.call("get_alerts", {{"state", "KS"}})["isError"]);
}

TEST(faults_in_time, a_service_that_does_not_answer) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::hold);
    weather_process server({"--timeout", "0.3"}, {{"WEATHER_NWS_BASE_URL", service.url()}});
    server.initialize();
    EXPECT_THAT(error_text(server.call("get_alerts", {{"state", "KS"}})), HasSubstr("did not answer in time"));
}

TEST(faults_in_time, the_time_is_for_all_questions_of_a_call_together) {
    nws_stand_in service;
    service.behave("/gridpoints", behaviour::hold);
    weather_process server({"--timeout", "0.3"}, {{"WEATHER_NWS_BASE_URL", service.url()}});
    server.initialize();
    EXPECT_THAT(error_text(server.call("get_forecast", linn)), HasSubstr("did not answer in time"));
}

TEST(faults_in_place, a_service_that_is_not_there) {
    std::string url;
    {
        const nws_stand_in gone;
        url = gone.url();
    }
    weather_process server({}, {{"WEATHER_NWS_BASE_URL", url}});
    server.initialize();
    EXPECT_THAT(error_text(server.call("get_alerts", {{"state", "KS"}})), HasSubstr("could not be reached"));
}

}  // namespace
}  // namespace weather_test
