// The work of real servers at their start that only one process at a time can do.
#pragma once

#include <string>

namespace fixture {

/// Locks `file` until this process ends. Ends the process with a message if another process has locked it.
void lock(const std::string& file);

/// Installs the server in `folder`, as `npx` does at a first start, unless it is installed. That takes a while. Another process that installs at
/// the same time, or that ended during its installation, has broken the folder: then every process ends with a message, as in npm/cli#8224.
void install(const std::string& folder);

}  // namespace fixture
