// What being started by the Azure Functions host changes.
#pragma once

#include "bridge/app/options.hpp"

namespace bridge::app {

/// The port that the host assigns, as text; null if it has not started this process.
const char* assigned_port();

/// Sets what follows from being behind that host, which must have started this process, before the user's own settings are read:
///
///     no exchange lasts 10 minutes. What reaches `functionTimeout` (30 minutes) ends this process with all that it is doing, and
///     every client's stream with it
///     the bridge ends with the host, which may be killed and leave it alone
///     no reply is silent for 230 seconds, at which Azure's load balancer gives up on it
///     App Service authentication is believed where the platform says that it is on
///     under Core Tools there are no keys, so the name by which a browser reached the host is checked
void set_up_for_functions(options& to);

}  // namespace bridge::app
