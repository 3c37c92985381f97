// The check of a command before anything is started.
#pragma once

#include <optional>

#include "bridge/process/launcher.hpp"

namespace bridge::process {

/// Returns the failure with which `launch` would end before it starts a process, because the command's file or its working directory is missing
/// or unusable. Returns nothing if neither is. Changes nothing.
std::optional<launch_failure> start_fault(const command& child_command);

}  // namespace bridge::process
