// The configuration file among the other sources of options.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
    std::string folder;  ///< absolute; what stands in the file is seen from there
    server_file content;
    std::vector<std::string> variables;  ///< of the environment, whose values were put in

    /// `path` as it is meant in the file; absolute.
    std::string seen_from_there(const std::string& path) const;
};

/// Reads the file at `path`, at most 1 MiB of it. `wanted` as for `read_server_file`. Throws CLI::ValidationError with the file
/// and the place in it on a mistake.
configuration read_configuration(const std::string& path, const std::string& wanted);

/// Gives the options of `app` that neither the command line nor the environment has given the values of the file. To be called
/// after the parse. Throws CLI::ValidationError on a mistake; its text holds nothing that came from the environment. Settings that
/// do not count are taken out of `from`.
void feed(CLI::App& app, configuration& from);

/// `mistake`, with its place in the file before it if it is about an option whose value came from there.
std::string located(const configuration& from, const std::string& mistake);

}  // namespace bridge::app
