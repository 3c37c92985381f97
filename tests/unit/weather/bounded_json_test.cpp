#include "weather-stdio/json/bounded_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using bridge::core::errc;

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(bounded_json, parses_up_to_the_depth_and_no_deeper) {
    EXPECT_TRUE(weather_json::parse(nested(8), 8));
    EXPECT_EQ(weather_json::parse(nested(9), 8).error(), errc::too_deep);
    EXPECT_EQ(weather_json::parse(nested(200'000), 128).error(), errc::too_deep);
    EXPECT_EQ(weather_json::parse(std::string(200'000, '{'), 128).error(), errc::too_deep);
}

TEST(bounded_json, counts_no_brackets_inside_strings) {
    EXPECT_TRUE(weather_json::parse(R"(["[[[[[[\"[[[", "\\"])", 1));
}

TEST(bounded_json, siblings_do_not_add_up) {
    EXPECT_TRUE(weather_json::parse("[[],[],[],[]]", 2));
}

TEST(bounded_json, refuses_what_is_no_json) {
    for (const auto* text : {"", "{", "nul", "{'a':1}", "[1,]", "\"\xff\"", "1 2", "]", "[1e999]"}) {
        EXPECT_EQ(weather_json::parse(text, 8).error(), errc::invalid_json) << text;
    }
}

TEST(bounded_json, lines_have_no_line_breaks_and_are_utf8) {
    nlohmann::json value;
    value["a"] = "x\ny";
    value["b"] = "\xff";
    EXPECT_EQ(weather_json::to_line(value), R"({"a":"x\ny","b":"�"})");
}

}  // namespace
