// The definition of the options for CLI11: names, variables, help.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/app/limit_options.hpp"
#include "bridge/app/options.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bridge::app {

/// The values that the user typed, before they are checked together.
struct raw_options {
    std::string config;
    std::string server;
    std::string port;
    std::vector<std::string> keys;
    std::string keys_file;
    std::string isolation = "session";
    std::string eras = "both";
    std::string child_era = "auto";
    std::string idle_process = "sleep";
    std::string modern_process;  ///< empty: not given
    std::string functions_keys = "personal";
    std::optional<std::size_t> warm;
    std::string replies = "auto";
    std::string path_prefix;
    std::string log_format = "text";
    bool allow_anonymous = false;
    std::string child_user;
    std::string metrics_listen;
    std::vector<given_limit> limits;  ///< from the command line
    bool wants_limits_help = false;
    bool checks_health = false;
    bool is_verbose = false;  ///< --version shall say more
};

/// Adds the options to `app`. The parse writes the values into `chosen` and `raw`, which must outlive it.
void add_options(CLI::App& app, options& chosen, raw_options& raw);

/// Returns the names of the options of `app`, without dashes.
std::vector<std::string> option_names(const CLI::App& app);

/// True for the options that protect the bridge from its clients or from the server: a start without one that was meant to be set is dangerous.
bool is_protection(const CLI::Option& option);

/// Chooses the limits that were not given: the memory budget by the memory of this machine, and the longest body and message so that they
/// fit into the budget.
void fit_into_memory(const limit_settings& given, options& chosen);

}  // namespace bridge::app
