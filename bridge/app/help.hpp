// The format of --help.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class FormatterBase;
}

namespace bridge::app {

/// The beginning of the names of all environment variables that set options.
inline constexpr std::string_view variable_prefix = "MCP_BRIDGE_";

/// Prints each option with its description beside it. Prints the environment variable too, unless its name is that of `variable_name`.
std::shared_ptr<CLI::FormatterBase> make_help_formatter();

/// Wraps `text` into lines. Each line is indented by `indent` spaces and ends with a line break.
std::string wrapped(std::string_view text, std::size_t indent);

/// Returns the environment variable that is named after an option: "MCP_BRIDGE_MAX_SESSIONS" for "max-sessions".
std::string variable_name(std::string_view option);

}  // namespace bridge::app
