#include "weather-stdio/nws/answers.hpp"

#include <gtest/gtest.h>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

TEST(answers, alerts_are_read_with_their_gaps) {
    const auto read = read_alerts(R"({"updated":"u","features":[{"properties":{"event":"Flood Watch","headline":null,
        "areaDesc":"Linn","severity":"Severe","instruction":null}}]})");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->active.size(), 1U);
    EXPECT_EQ(read->active[0].event, "Flood Watch");
    EXPECT_EQ(read->active[0].area, "Linn");
    EXPECT_EQ(read->active[0].headline, "");
    EXPECT_EQ(read->updated, "u");
}

TEST(answers, a_point_names_its_forecast) {
    const auto read = read_point(R"({"properties":{"forecast":"https://x/f",
        "relativeLocation":{"properties":{"city":"Linn","state":"KS"}}}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->forecast_url, "https://x/f");
    EXPECT_EQ(read->place, "Linn, KS");
    EXPECT_EQ(read_point(R"({"properties":{"forecast":"https://x/f"}})")->place, "");
}

TEST(answers, temperatures_are_numbers_or_quantities) {
    const auto read = read_forecast(R"({"properties":{"periods":[
        {"name":"Tonight","isDaytime":false,"temperature":61,"temperatureUnit":"F","probabilityOfPrecipitation":{"value":20}},
        {"name":"Later","temperature":{"unitCode":"wmoUnit:degC","value":15.5},"probabilityOfPrecipitation":{"value":null}}]}})");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->periods.size(), 2U);
    EXPECT_EQ(read->periods[0].temperature, 61);
    EXPECT_EQ(read->periods[0].temperature_unit, "F");
    EXPECT_EQ(read->periods[0].precipitation_percent, 20);
    EXPECT_FALSE(read->periods[0].is_daytime);
    EXPECT_EQ(read->periods[1].temperature, 15.5);
    EXPECT_EQ(read->periods[1].temperature_unit, "C");
    EXPECT_EQ(read->periods[1].precipitation_percent, std::nullopt);
}

TEST(answers, anything_else_is_malformed) {
    for (const auto* body :
         {"", "<html>", "[]", "{}", R"({"properties":null})", R"({"properties":{}})", R"({"properties":{"forecast":7,"periods":{}}})",
          R"({"features":{}})", R"({"features":[7],"properties":{"periods":[7]}})", R"({"features":[{"properties":{}}]})",
          R"({"properties":{"periods":[{"name":"x","temperature":null}]}})"}) {
        EXPECT_EQ(read_alerts(body).error(), http_errc::malformed) << body;
        EXPECT_EQ(read_point(body).error(), http_errc::malformed) << body;
        EXPECT_EQ(read_forecast(body).error(), http_errc::malformed) << body;
    }
}

}  // namespace
}  // namespace nws
