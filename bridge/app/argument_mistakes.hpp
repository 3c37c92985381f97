// The texts about arguments that are no options.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace bridge::app {

/// Returns the corrected command line if `arguments`, the whole one, has a server's command before an argument that is no option of the bridge,
/// and no `--`: then `--` was forgotten. Returns nothing otherwise.
std::optional<std::string> with_forgotten_mark(const CLI::App& app, std::span<const char* const> arguments);

/// Names the first of `arguments` that is no option, and suggests the option that may be meant. Returns `otherwise` if all are options.
std::string unknown_argument(const CLI::App& app, std::span<const char* const> arguments, const std::string& otherwise);

/// Returns `text` with the part of each quoted argument that is behind a '=' hidden, because it can be a key.
std::string without_values(std::string text, std::span<const char* const> arguments);

}  // namespace bridge::app
