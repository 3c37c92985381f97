#include "weather-stdio/process.hpp"

#include <nss.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace weather {
namespace {

extern "C" void exit_now(int) {
    ::_exit(0);
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void set_up_signals() {
    // A handler is needed, because process 1 of a container ignores a signal that has the default action.
    handle(SIGTERM, exit_now);
    handle(SIGINT, exit_now);
    handle(SIGPIPE, SIG_IGN);
}

void set_up_log(const std::string& level) {
    auto logger = spdlog::stderr_logger_st("weather-stdio");
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

void set_up_names() {
#ifdef MCP_BRIDGE_STATIC
    __nss_configure_lookup("hosts", "files dns");
#endif
}

std::optional<std::filesystem::path> find_samples(const std::filesystem::path& called_as) {
    std::error_code error;
    const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
    // A name without a folder was found in PATH, so it does not show the folder.
    const auto called_folder = called_as.has_parent_path() ? called_as.parent_path() / "samples" : std::filesystem::path();
    for (const auto& folder : {executable.parent_path() / "samples", called_folder, std::filesystem::path(WEATHER_SAMPLES_SOURCE)}) {
        if (std::filesystem::is_directory(folder, error)) return folder;
    }
    return std::nullopt;
}

}  // namespace weather
