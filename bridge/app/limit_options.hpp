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

/// Where a value can come from; the first of them that has one wins.
enum class limit_source { command_line, environment, file };

/// A limit that was given, not yet checked.
struct given_limit {
    std::string place;  ///< leads a mistake: an option, a variable, or a line of a file
    std::string label;  ///< what is called wrong there; empty if the place says it
    std::string name;
    std::string value;
};

/// Collects the limits from the sources, which must be read in their order.
class limit_settings {
public:
    /// Writes into `to`, which must outlive it.
    explicit limit_settings(core::limits& to) : to_(to) {}

    /// Sets a limit unless an earlier source did. Throws CLI::ValidationError if there is no such limit, if its value is wrong, or if
    /// the same source gave it already.
    void set(limit_source from, const given_limit& given);

    /// Sets what `MCP_BRIDGE_LIMITS` and the variables of single limits say.
    void set_from_environment();

    [[nodiscard]] bool has(std::string_view name) const;

private:
    core::limits& to_;
    std::map<const limit*, limit_source> sources_;
};

/// Adds `--limit`, and an option for each limit that has one, to `app`. The parse appends each limit that it meets to `given`, which must outlive it.
/// The help shows the defaults of `defaults`.
void add_limit_options(CLI::App& app, const core::limits& defaults, std::vector<given_limit>& given);

/// The names of all limits.
std::vector<std::string> limit_names();

/// The text of --help-limits.
std::string limits_help(const core::limits& defaults);

}  // namespace bridge::app
