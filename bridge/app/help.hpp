// How --help looks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class FormatterBase;
}

namespace bridge::app {

/// Prints each option with its description beside it, and its environment variable if `variable_name` does not give it.
std::shared_ptr<CLI::FormatterBase> make_help_formatter();

/// Wraps `text` into lines, each indented by `indent` spaces and ended by a line break.
std::string wrapped(std::string_view text, std::size_t indent);

/// The environment variable that has the name of an option: "MCP_BRIDGE_MAX_SESSIONS" for "max-sessions".
std::string variable_name(std::string_view option);

}  // namespace bridge::app
