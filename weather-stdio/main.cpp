// The weather server: its options, the source of its answers, its tools, and the service.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <exception>

#include "weather-stdio/nws/live_source.hpp"
#include "weather-stdio/nws/sample_source.hpp"
#include "weather-stdio/options.hpp"
#include "weather-stdio/process.hpp"
#include "weather-stdio/server/server.hpp"
#include "weather-stdio/tools/tools.hpp"

namespace {

// The service wants to know who asks (https://www.weather.gov/documentation/services-web-api).
constexpr const char* user_agent = "mcp-bridge-weather-stdio/" MCP_BRIDGE_VERSION;

stdio_server::server_info describe_server() {
    return {"weather-stdio", "US weather", MCP_BRIDGE_VERSION,
            "Weather of the United States only: get_forecast for a place, get_alerts for a state."};
}

/// Returns null if samples are requested and there are none.
std::unique_ptr<nws::source> make_source(const weather::options& options, const char* called_as) {
    if (!options.sample) {
        nws::http_client client(user_agent, nws::proxy_settings(std::getenv));
        return std::make_unique<nws::live_source>(options.base_url, std::move(client));
    }
    const auto folder = weather::find_samples(called_as);
    return folder ? std::make_unique<nws::sample_source>(*folder) : nullptr;
}

int serve(stdio_server::server& server) {
    boost::asio::io_context context(1);
    auto reason = stdio_server::end_reason::input_failed;
    boost::asio::co_spawn(context, server.serve(STDIN_FILENO, STDOUT_FILENO), [&](const std::exception_ptr& failure, stdio_server::end_reason ended) {
        if (failure) std::rethrow_exception(failure);
        reason = ended;
        // Stops the loop without waiting for a name that is still being resolved for a call that has given up.
        context.stop();
    });
    context.run();
    using stdio_server::end_reason;
    return reason == end_reason::input_ended || reason == end_reason::output_closed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(const weather::options& options, const char* called_as) {
    weather::set_up_signals();
    weather::set_up_log(options.log_level);
    weather::set_up_names();
    auto source = make_source(options, called_as);
    if (source == nullptr) {
        spdlog::error("--sample: the folder of samples is not beside the executable");
        return EXIT_FAILURE;
    }
    const auto service = std::make_shared<nws::weather_service>(std::move(source), options.patience);
    stdio_server::server server(describe_server());
    server.add(weather::make_get_alerts(service));
    server.add(weather::make_get_forecast(service));
    return serve(server);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto command = weather::read_command(argc, argv);
        return command.run ? run(*command.run, argc > 0 ? argv[0] : "") : command.exit_status;
    } catch (const std::exception& error) {
        spdlog::critical("weather-stdio: {}", error.what());
        return EXIT_FAILURE;
    }
}
