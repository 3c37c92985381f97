// The configuration file among the other sources of options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/app/limit_options.hpp"
#include "bridge/app/server_file.hpp"

namespace CLI {
class App;
}

namespace bridge::app {

/// Where the file is looked for if none is named.
inline constexpr const char* usual_file = "bridge.json";

/// A file that has been read.
struct configuration {
    std::string path;    ///< as it was named
    std::string text;
    std::string folder;  ///< absolute; paths in the file are relative to it
    server_file content;
    std::vector<std::string> variables;  ///< of the environment, whose values were put in

    /// `path` as it is meant in the file; absolute.
    std::string seen_from_there(const std::string& path) const;

    /// The file and the line on which `member` stands ("bridge.json:4" for "options.host").
    std::string line_of(const std::string& member) const;
};

/// Reads the file at `path`, at most 1 MiB of it. `wanted` as for `read_server_file`. Throws CLI::ValidationError with the file
/// and the place in it on a mistake.
configuration read_configuration(const std::string& path, const std::string& wanted);

/// Sets the options of `app` and the limits that neither the command line nor the environment has set, from the file. Call it after the
/// parse. Throws CLI::ValidationError on a mistake; its text quotes nothing that came from the environment. Removes from `from` the
/// settings that another source overrides.
void apply_file(CLI::App& app, limit_settings& limits, configuration& from);

/// `mistake`, with the line of the file before it if it is about an option whose value came from there.
std::string located(const configuration& from, const std::string& mistake);

}  // namespace bridge::app
