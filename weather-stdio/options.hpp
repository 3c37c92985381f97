// The command line and the environment, which are read once.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "weather-stdio/nws/http_target.hpp"

namespace weather {

struct options {
    bool sample = false;
    nws::http_target base_url;
    std::chrono::milliseconds patience{30'000};  ///< for one tool call
    std::string log_level = "warn";
};

/// The result of reading them: options to run with, or a status to exit with at once (--help, --version, a mistake). The text for the user
/// has been written already.
struct command {
    std::optional<options> run;
    int exit_status = 0;
};

command read_command(int argc, const char* const* argv);

}  // namespace weather
