// The variables that the server gets from the bridge's environment (--env).
#pragma once

#include "bridge/app/options.hpp"

namespace bridge::app {

/// Replaces each "NAME" in `chosen.environment` by "NAME=VALUE", with the value of this process's environment, and each pattern ("AWS_*", where
/// `*` stands for any characters) by the variables whose names match. A pattern never matches the bridge's own settings (MCP_BRIDGE_), which
/// hold keys; it may match nothing. A name that is not set is left out, with a warning. Adds the names whose values were read to
/// `chosen.used_variables`, because their values in this process's environment are overwritten soon (see `hide_values`). On a mistake throws
/// CLI::ValidationError.
void read_passed_variables(options& chosen);

}  // namespace bridge::app
