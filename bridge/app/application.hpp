// The program as a whole: `run` builds its parts and runs them.
#pragma once

#include "bridge/app/options.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::app {

/// Runs the bridge until it is told to stop (SIGTERM, SIGINT). `guard` must have been started. Returns the exit code: 0 if all requests in
/// flight were finished, 1 if any was cut off or the bridge could not start.
int run(options chosen, process::watchdog& guard);

}  // namespace bridge::app
