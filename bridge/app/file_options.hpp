// The configuration file, as one of the sources of options.
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

/// The path of the file if none is named.
inline constexpr const char* usual_file = "bridge.json";

/// A configuration file that has been read.
struct configuration {
    std::string path;  ///< as the user named it
    std::string text;
    std::string folder;  ///< absolute path; paths in the file are relative to it. The parent of `.vscode` and `.cursor`
    server_file content;
    std::vector<std::string> variables;  ///< environment variables whose values were inserted

    /// Returns `path`, which is relative to the folder of the file, as an absolute path.
    std::string seen_from_there(const std::string& path) const;

    /// Returns the file and the line of `member` ("bridge.json:4" for "options.host").
    std::string line_of(const std::string& member) const;
};

/// Reads the file at `path`, and the `envFile` of its server, at most 1 MiB of each. `wanted` is the parameter of `read_server_file`. On a
/// mistake throws CLI::ValidationError with the file and the position.
configuration read_configuration(const std::string& path, const std::string& wanted);

/// Sets the options of `app` and the limits from the file, unless the command line or the environment has set them. Call it after the
/// parse. On a mistake throws CLI::ValidationError, whose text quotes no value from the environment. Removes from `file` the settings that
/// another source overrides.
void apply_file(CLI::App& app, limit_settings& limits, configuration& file);

/// Returns `mistake`. If it is about an option whose value came from the file, the file and the line precede it.
std::string located(const configuration& file, const std::string& mistake);

}  // namespace bridge::app
