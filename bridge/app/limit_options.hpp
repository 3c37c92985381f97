// The limits on the command line, in the environment and in the configuration file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/app/limit_table.hpp"

namespace CLI {
class App;
}

namespace bridge::app {

/// The sources of a value. The first source that has a value wins.
enum class limit_source { command_line, environment, file };

/// A limit that was given and is not checked yet.
struct given_limit {
    std::string place;  ///< the beginning of an error message: an option, a variable, or a line of a file
    std::string label;  ///< the name of the faulty value at this place; empty if `place` says it
    std::string name;
    std::string value;
};

/// Collects the limits from the sources. Read the sources in their order.
class limit_settings {
public:
    /// Writes into `values`, which must outlive this object.
    explicit limit_settings(core::limits& values) : to_(values) {}

    /// Sets a limit unless an earlier source has set it. Throws CLI::ValidationError if there is no such limit, if its value is wrong, or
    /// if this source has already given it.
    void set(limit_source source, const given_limit& given);

    /// Sets the limits of `MCP_BRIDGE_LIMITS` and of the variables of single limits.
    void set_from_environment();

    [[nodiscard]] bool has(std::string_view name) const;

private:
    core::limits& to_;
    std::map<const limit*, limit_source> sources_;
};

/// Adds `--limit` to `app`, and an option for each limit that has one. The parse appends each limit that it finds to `given`, which must
/// outlive it. The help shows the defaults in `defaults`.
void add_limit_options(CLI::App& app, const core::limits& defaults, std::vector<given_limit>& given);

/// Returns the names of all limits.
std::vector<std::string> limit_names();

/// Returns the text of --help-limits.
std::string limits_help(const core::limits& defaults);

}  // namespace bridge::app
