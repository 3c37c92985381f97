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
///     App Service authentication is believed where the platform says that it is on
///     under Core Tools there are no keys, so the name by which a browser reached the host is checked
void set_up_for_functions(options& to);

/// Bounds for replies that never stream, where the user sets none: nothing is sent before the answer then, and Azure's load
/// balancer gives up on a connection that is silent for 230 seconds.
inline constexpr std::chrono::milliseconds silent_request_timeout{180'000};
inline constexpr std::chrono::milliseconds silent_request_timeout_most{210'000};

}  // namespace bridge::app
