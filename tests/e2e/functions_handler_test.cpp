// Promise: the host.json and bridge.json at the top level name a handler that starts in a package folder, listens on the port that the
// Functions host assigns, answers its poll of `/` at once, and serves the weather server.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/e2e/functions_bridge.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/mcp_session.hpp"
#include "tests/support/raw_json.hpp"
#include "tests/support/temp_folder.hpp"

namespace e2e {
namespace {

using namespace test_support;

nlohmann::json host_json() {
    std::ifstream file(HOST_JSON);
    return nlohmann::json::parse(file);
}

class functions_handler : public testing::Test {
protected:
    functions_handler() {
        std::filesystem::create_directory(package_.path("bin"));
        std::filesystem::create_symlink(bridge_binary(), package_.path("bin/mcp-bridge"));
        std::filesystem::create_symlink(weather_binary(), package_.path("bin/weather-stdio"));
        std::filesystem::copy_file(BRIDGE_JSON, package_.path("bridge.json"));
    }

    // The command line that the host would run, its working directory the package folder.
    child_options command() const {
        const auto description = host_json().at("customHandler").at("description");
        child_options out;
        out.command.push_back(package_.path(description.at("defaultExecutablePath").get<std::string>()));
        for (const auto& argument : description.at("arguments")) out.command.push_back(argument);
        out.environment = {"FUNCTIONS_CUSTOMHANDLER_PORT=" + std::to_string(port_)};
        out.folder = package_.path("");
        return out;
    }

    std::optional<http_response> poll() const {
        try {
            return http_client(port_).get("/");
        } catch (const std::exception&) {
            return std::nullopt;  // refused: the host polls again
        }
    }

    temp_folder package_;
    std::uint16_t port_ = free_port();
};

TEST_F(functions_handler, states_what_its_profile_means_and_takes_no_arguments) {
    EXPECT_EQ(command().command.size(), 1U) << "the host would split and expand them";
    EXPECT_EQ(host_json().at("functionTimeout"), "00:30:00");
    EXPECT_EQ(host_json().at("configurationProfile"), "mcp-custom-handler");
    EXPECT_EQ(host_json().at("customHandler").at("enableProxyingHttpRequest"), true);
}

TEST_F(functions_handler, starts_and_serves_the_weather_server) {
    child_process handler(command());
    std::optional<http_response> home;
    ASSERT_TRUE(eventually([&] { return (home = poll()).has_value(); }));
    EXPECT_EQ(home->status, 200);
    EXPECT_LT(home->body.size(), 500U);

    mcp_session client(port_);
    client.open();
    EXPECT_EQ(elements(client.request("tools/list").at("result/tools")).size(), 2U);

    handler.signal(SIGTERM);
    const auto status = handler.wait();
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(*status, (exit_status{true, 0}));
    // The host takes what comes on stderr for errors.
    EXPECT_EQ(handler.stderr_text(), "");
}

}  // namespace
}  // namespace e2e
