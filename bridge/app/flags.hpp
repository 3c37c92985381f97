// The options as CLI11 knows them: names, variables, help.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/app/limit_options.hpp"
#include "bridge/app/options.hpp"

namespace CLI {
class App;
}

namespace bridge::app {

/// What the user typed, before it is checked as a whole.
struct raw_options {
    std::string config;
    std::string server;
    std::string port;
    std::vector<std::string> keys;
    std::string keys_file;
    std::string isolation = "session";
    std::string idle_process = "sleep";
    std::optional<std::size_t> warm;
    std::string replies = "auto";
    std::string log_format = "text";
    bool allow_anonymous = false;
    std::string child_user;
    std::string metrics_listen;
    std::vector<given_limit> limits;  ///< of the command line
    bool wants_limits_help = false;
};

/// Adds them to `app`; what is given goes into `to` and `raw`, which must outlive the parse.
void add_options(CLI::App& app, options& to, raw_options& raw);

/// The options that `app` has, without dashes.
std::vector<std::string> option_names(const CLI::App& app);

/// Chooses those limits that were not given: the memory budget by what this machine has, and the longest body and message so that they
/// fit into it.
void fit_into_memory(const limit_settings& given, options& to);

}  // namespace bridge::app
