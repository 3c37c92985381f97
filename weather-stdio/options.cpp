#include "weather-stdio/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "weather-stdio/nws/live_source.hpp"

namespace weather {

command read_command(int argc, const char* const* argv) {
    options read;
    std::string base_url(nws::default_base_url);
    double seconds = std::chrono::duration<double>(read.patience).count();

    CLI::App app("MCP server on stdin and stdout: weather alerts and forecasts of the US National Weather Service.", "weather-stdio");
    app.set_version_flag("--version", "weather-stdio " MCP_BRIDGE_VERSION);
    app.add_flag("--sample", read.sample, "Answer from the sample files instead of the internet, and say so");
    app.add_option("--nws-base-url", base_url, "Where the service is; also for a stand-in of it")
        ->envname("WEATHER_NWS_BASE_URL")
        ->capture_default_str();
    app.add_option("--timeout", seconds, "Seconds that one tool call may take")->check(CLI::Range(0.1, 300.0))->capture_default_str();
    app.add_option("--log-level", read.log_level, "What goes to stderr")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
        ->capture_default_str();
    app.footer("HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR are honoured.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked_for = error.get_exit_code() == 0;
        app.exit(error);
        return {std::nullopt, asked_for ? 0 : 2};
    }
    const auto target = nws::parse_target(base_url);
    if (!target) {
        std::cerr << "weather-stdio: --nws-base-url (WEATHER_NWS_BASE_URL): not a valid http or https URL\n";
        return {std::nullopt, 2};
    }
    read.base_url = *target;
    read.patience = std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(seconds * 1000));
    return {std::move(read), 0};
}

}  // namespace weather
