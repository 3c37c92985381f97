// The command that the bridge starts as a child.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/process/confinement.hpp"

namespace bridge::process {

class watchdog;

struct command {
    std::string executable;                ///< a path, or a name that is looked up in PATH
    std::vector<std::string> arguments;    ///< without the program's own name
    std::vector<std::string> environment;  ///< all variables, each "NAME=VALUE"
    std::string directory;                 ///< working directory; empty for the bridge's own
    confinement limits{};
    std::string name;                     ///< the name in logs and error messages
    watchdog* guard = nullptr;            ///< gets a report of each started process; null for no watchdog
    std::vector<std::string> withheld{};  ///< sorted names of the bridge's own variables that the child does not get; for `passing_advice`
};

/// True for the variables that every child gets.
bool is_harmless(std::string_view name);

/// Returns the environment of a child: the harmless and usually needed variables of this process, then `named`. The harmless ones are the
/// list that MCP SDKs pass to a stdio server: PATH, HOME, LANG and the like. In `named`, "NAME" passes this process's value on if there is
/// one, and "NAME=VALUE" sets a value. No other variable reaches the child, because a hosting platform's environment holds secrets.
std::vector<std::string> child_environment(const std::vector<std::string>& named);

}  // namespace bridge::process
