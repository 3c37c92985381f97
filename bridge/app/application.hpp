// Puts the program together and runs it.
#pragma once

#include "bridge/app/options.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::app {

/// Runs the bridge until it is told to stop (SIGTERM, SIGINT). `guard` was started. The exit code: 0 if everything in flight was finished, 1
/// if it had to be cut off, or if the bridge could not start.
int run(options chosen, process::watchdog& guard);

}  // namespace bridge::app
