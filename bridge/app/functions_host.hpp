// The settings that change when the Azure Functions host starts the bridge.
#pragma once

#include "bridge/app/options.hpp"

namespace bridge::app {

/// Returns the port that the host assigns, as text; null if the host has not started this process.
const char* assigned_port();

/// Changes the defaults for a bridge behind the Functions host. Call it only if the host has started this process, and before the user's
/// own settings are read.
///
/// - No exchange lasts 10 minutes. A request that reaches `functionTimeout` (30 minutes) ends this process with all its work and all
/// clients' streams.
/// - No reply ends without its last chunk: the host logs that as an exception of the invocation.
/// - The bridge ends when the host ends. A host that is killed would otherwise leave the bridge running.
/// - A call of 45 seconds becomes a task if its client knows tasks: some clients give up after 60 seconds.
/// - No reply is silent for 230 seconds, after which Azure's load balancer gives up.
/// - App Service authentication is trusted where the platform says that it is on. Otherwise the key that the host has checked tells its clients
/// apart.
/// - Core Tools have no keys, so the bridge checks the name by which a browser reached the host.
void set_up_for_functions(options& chosen);

}  // namespace bridge::app
