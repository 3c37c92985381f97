// What is started as a child.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/process/confinement.hpp"

namespace bridge::process {

class watchdog;

struct command {
    std::string executable;                ///< a path, or a name that is looked up in PATH
    std::vector<std::string> arguments;    ///< without the executable's own name
    std::vector<std::string> environment;  ///< all of it, each "NAME=VALUE"
    std::string directory;                 ///< to run in; empty for the bridge's own
    confinement limits{};
    std::string name;                      ///< for logs and error messages
    watchdog* guard = nullptr;             ///< is told of each process that is started; null for none
};

/// True for the variables that every child gets.
bool is_harmless(std::string_view name);

/// The environment of a child: those variables of this process that are harmless and usually needed (the list that MCP
/// SDKs pass to a stdio server: PATH, HOME, LANG and their like), then `named`: "NAME" passes this process's value on if
/// there is one, "NAME=VALUE" sets one. Nothing else gets through, because a hosting platform's environment holds
/// secrets.
std::vector<std::string> child_environment(const std::vector<std::string>& named);

}  // namespace bridge::process
