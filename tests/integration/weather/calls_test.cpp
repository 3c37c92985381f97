// Calls against a service that behaves: what is asked, what comes back, many at once, cancellation, the end
// of input.
#include <algorithm>
#include <set>

#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/nws_stand_in.hpp"

namespace weather_test {
namespace {

using test_support::behaviour;
using test_support::nws_stand_in;
using testing::HasSubstr;
using testing::StartsWith;

std::map<std::string, std::string> at(const nws_stand_in& service) {
    return {{"WEATHER_NWS_BASE_URL", service.url()}};
}

TEST(calls, a_forecast_takes_two_questions) {
    nws_stand_in service;
    weather_process server({}, at(service));
    server.initialize();
    const auto result = server.call("get_forecast", linn);
    EXPECT_THAT(text_of(result), StartsWith("Forecast for Linn, KS\n\nTonight: 61°F, wind 5 mph S\nClear, low 61.\n"));
    EXPECT_EQ(result["structuredContent"]["sample"], false);
    EXPECT_EQ(result["structuredContent"]["periods"][0]["temperature"], 61);
    const auto requests = service.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_THAT(requests[0], StartsWith("GET /points/39.7456,-97.0892 HTTP/1.1\r\n"));
    EXPECT_THAT(requests[0], HasSubstr("\r\nHost: 127.0.0.1:" + std::to_string(service.port()) + "\r\n"));
    EXPECT_THAT(requests[0], HasSubstr("\r\nUser-Agent: mcp-bridge-weather-stdio/"));
    EXPECT_THAT(requests[1], StartsWith("GET /gridpoints/TOP/31,80/forecast HTTP/1.1\r\n"));
}

TEST(calls, alerts_take_one) {
    nws_stand_in service;
    weather_process server({}, at(service));
    server.initialize();
    const auto result = server.call("get_alerts", {{"state", "ks"}});
    EXPECT_THAT(text_of(result), HasSubstr("Active alerts for Kansas (KS): 1"));
    EXPECT_THAT(text_of(result), HasSubstr("Water is rising."));
    EXPECT_EQ(result["structuredContent"]["alerts"][0]["event"], "Flood Watch");
    EXPECT_THAT(service.requests().at(0), StartsWith("GET /alerts/active?area=KS HTTP/1.1\r\n"));
}

TEST(calls, nothing_to_report_is_no_error) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::empty);
    service.behave("/gridpoints", behaviour::empty);
    weather_process server({}, at(service));
    server.initialize();
    EXPECT_EQ(text_of(server.call("get_alerts", {{"state", "KS"}})), "No active alerts for Kansas (KS).\n");
    EXPECT_THAT(text_of(server.call("get_forecast", linn)), HasSubstr("has none at the moment"));
}

TEST(calls, a_great_many_alerts_are_counted_but_not_all_shown) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::many);
    weather_process server({}, at(service));
    server.initialize();
    const auto result = server.call("get_alerts", {{"state", "FL"}});
    EXPECT_EQ(result["structuredContent"]["count"], 60);
    EXPECT_EQ(result["structuredContent"]["alerts"].size(), 50U);
    EXPECT_THAT(text_of(result), testing::EndsWith("Only the first 50 are shown.\n"));
}

TEST(calls, a_path_in_the_base_url_is_kept) {
    nws_stand_in service(std::nullopt, "/proxy/nws");
    weather_process server({"--nws-base-url", service.url() + "/"});
    server.initialize();
    EXPECT_FALSE(server.call("get_forecast", linn)["isError"]);
    EXPECT_THAT(service.requests().at(0), StartsWith("GET /proxy/nws/points/"));
    EXPECT_THAT(service.requests().at(1), StartsWith("GET /proxy/nws/gridpoints/"));
}

TEST(calls, an_answer_that_names_another_host_leads_to_the_same_one) {
    nws_stand_in service(std::nullopt, "/nws");
    service.set_public_url("https://api.weather.gov");
    weather_process server({}, at(service));
    server.initialize();
    EXPECT_FALSE(server.call("get_forecast", linn)["isError"]);
    EXPECT_THAT(service.requests().at(1), StartsWith("GET /nws/gridpoints/"));
}

TEST(calls, progress_is_reported_to_those_who_ask) {
    nws_stand_in service;
    weather_process server({}, at(service));
    auto request = weather_process::modern_request(0, "tools/call", {{"name", "get_forecast"}, {"arguments", linn}});
    request["params"]["_meta"]["progressToken"] = "p";
    server.send(request);
    const auto progress = server.receive();
    EXPECT_EQ(progress["method"], "notifications/progress");
    EXPECT_EQ(progress["params"]["progressToken"], "p");
    EXPECT_EQ(server.receive()["id"], 0);
}

TEST(calls, a_slow_call_blocks_no_other) {
    nws_stand_in service;
    service.behave("/alerts/active?area=TX", behaviour::hold);
    weather_process server({}, at(service));
    server.initialize();
    server.send(weather_process::call_request("slow", "get_alerts", {{"state", "TX"}}));
    ASSERT_TRUE(service.wait_for_requests(1));
    server.send(weather_process::call_request("fast", "get_alerts", {{"state", "KS"}}));
    EXPECT_EQ(server.receive()["id"], "fast");
    service.release();
    EXPECT_EQ(server.receive()["id"], "slow");
}

TEST(calls, many_run_at_once_and_one_too_many_is_refused) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::hold);
    weather_process server({}, at(service));
    server.initialize();
    constexpr int limit = 64;
    for (int id = 0; id < limit; ++id) server.send(weather_process::call_request(id, "get_alerts", {{"state", "TX"}}));
    ASSERT_TRUE(service.wait_for_requests(limit));
    const auto refused = server.ask(weather_process::call_request(limit, "get_alerts", {{"state", "TX"}}));
    EXPECT_EQ(refused["error"]["code"], -32000);
    EXPECT_EQ(server.ask({{"jsonrpc", "2.0"}, {"id", "p"}, {"method", "ping"}})["result"], json::object());
    service.release();
    std::set<int> answered;
    for (int i = 0; i < limit; ++i) answered.insert(server.receive().value("id", -1));
    EXPECT_EQ(answered.size(), limit);
    EXPECT_EQ(*answered.begin(), 0);
}

TEST(calls, a_cancelled_call_hangs_up_and_gets_no_answer) {
    for (const auto& id : {json(0), json("c")}) {
        nws_stand_in service;
        service.behave("/alerts", behaviour::hold);
        weather_process server({}, at(service));
        server.initialize();
        server.send(weather_process::call_request(id, "get_alerts", {{"state", "TX"}}));
        ASSERT_TRUE(service.wait_for_requests(1));
        server.send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}});
        EXPECT_TRUE(service.wait_for_hang_up());
        server.close_input();
        EXPECT_EQ(server.read_line(), std::nullopt);
        EXPECT_EQ(server.wait_for_exit(), 0);
    }
}

TEST(calls, in_flight_at_the_end_of_input_are_answered) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::hold);
    weather_process server({}, at(service));
    server.initialize();
    server.send(weather_process::call_request(1, "get_alerts", {{"state", "TX"}}));
    server.close_input();
    ASSERT_TRUE(service.wait_for_requests(1));
    service.release();
    EXPECT_EQ(server.receive()["id"], 1);
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(calls, in_flight_when_the_client_stops_reading_are_given_up) {
    nws_stand_in service;
    service.behave("/alerts", behaviour::hold);
    weather_process server({}, at(service));
    server.initialize();
    server.send(weather_process::call_request(1, "get_alerts", {{"state", "TX"}}));
    ASSERT_TRUE(service.wait_for_requests(1));
    server.close_output();
    server.send({{"jsonrpc", "2.0"}, {"id", 2}, {"method", "ping"}});
    EXPECT_TRUE(service.wait_for_hang_up());
    EXPECT_EQ(server.wait_for_exit(), 0);
}

}  // namespace
}  // namespace weather_test
