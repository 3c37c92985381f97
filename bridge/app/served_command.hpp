// The command that the bridge serves.
#pragma once

#include "bridge/app/options.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::app {

/// The command of `chosen`, with the environment that its processes get: few variables of the bridge's own, those that were named, and none that was
/// withheld. `guard` must outlive the command.
process::command command_of(const options& chosen, process::watchdog& guard);

}  // namespace bridge::app
