// `--sample` needs no internet, and never passes samples off as weather.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/weather/weather_process.hpp"

namespace weather_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class sample : public testing::Test {
protected:
    // A base URL where nothing listens: an answer can only come from the samples.
    sample() : server_({"--sample"}, {{"WEATHER_NWS_BASE_URL", "http://127.0.0.1:9"}}) { server_.initialize(); }
    weather_process server_;
};

TEST_F(sample, a_forecast_says_that_it_is_a_sample) {
    const auto result = server_.call("get_forecast", linn);
    EXPECT_THAT(text_of(result), StartsWith("SAMPLE DATA"));
    EXPECT_THAT(text_of(result), HasSubstr("San Francisco, CA"));
    EXPECT_EQ(result["structuredContent"]["sample"], true);
    EXPECT_EQ(result["structuredContent"]["periods"].size(), 6U);
}

TEST_F(sample, alerts_are_picked_by_area) {
    const auto count = [&](const char* state) {
        const auto result = server_.call("get_alerts", {{"state", state}});
        EXPECT_THAT(text_of(result), StartsWith("SAMPLE DATA"));
        EXPECT_EQ(result["structuredContent"]["sample"], true);
        return result["structuredContent"]["count"].get<int>();
    };
    EXPECT_EQ(count("ca"), 2);
    EXPECT_EQ(count("TX"), 1);
    EXPECT_EQ(count("gm"), 1);
    EXPECT_EQ(count("WY"), 0);
}

TEST(sample_folder, beside_the_executable_comes_first) {
    const auto folder = std::filesystem::temp_directory_path() / ("weather-test-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder / "samples");
    std::filesystem::copy_file(WEATHER_PROGRAM, folder / "program");
    std::ofstream(folder / "samples" / "alerts.json") << R"({"features":[{"properties":{"event":"Test Event",
        "geocode":{"UGC":["CAZ001"]}}}]})";
    {
        test_support::stdio_process server({(folder / "program").string(), "--sample"});
        const auto request = weather_process::modern_request(1, "tools/call", {{"name", "get_alerts"}, {"arguments", {{"state", "CA"}}}});
        EXPECT_THAT(text_of(server.ask(request)["result"]), HasSubstr("Test Event"));
    }
    std::filesystem::remove_all(folder);
}

TEST_F(sample, arguments_are_checked_all_the_same) {
    EXPECT_THAT(error_text(server_.call("get_alerts", {{"state", "ZZ"}})), HasSubstr("AL, AR"));
    EXPECT_THAT(error_text(server_.call("get_alerts", {{"state", 7}})), HasSubstr("two-letter code"));
    EXPECT_THAT(error_text(server_.call("get_alerts", json::object())), HasSubstr("two-letter code"));
    EXPECT_THAT(error_text(server_.call("get_forecast", {{"latitude", "39"}, {"longitude", -97}})),
                HasSubstr("latitude must be a number from -90 to 90"));
    EXPECT_THAT(error_text(server_.call("get_forecast", {{"latitude", 90.1}, {"longitude", -181}})),
                HasSubstr("longitude must be a number from -180 to 180"));
    EXPECT_THAT(error_text(server_.call("get_forecast", json::object())), HasSubstr("latitude"));
}

TEST(command_line, version_and_help_exit_with_success) {
    for (const auto* flag : {"--version", "--help"}) {
        weather_process program({flag});
        EXPECT_THAT(program.read_line().value_or(""), testing::AnyOf(HasSubstr("weather-stdio "), HasSubstr("MCP server")));
        EXPECT_EQ(program.wait_for_exit(), 0);
    }
}

TEST(command_line, mistakes_exit_with_2_and_say_nothing_on_stdout) {
    const std::vector<std::string> mistakes[] = {{"--bogus"}, {"--timeout", "0"}, {"--log-level", "loud"}, {"--nws-base-url", "ftp://x"}, {"extra"}};
    for (const auto& flags : mistakes) {
        weather_process program(flags);
        EXPECT_EQ(program.read_line(), std::nullopt) << flags[0];
        EXPECT_EQ(program.wait_for_exit(), 2) << flags[0];
        EXPECT_NE(program.error_output(), "") << flags[0];
    }
}

}  // namespace
}  // namespace weather_test
