// The start of a server whose file has lost its permission to be executed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "bridge/core/unique_fd.hpp"

namespace bridge::process {

/// The program to start in place of a file that may not be executed.
struct substitute {
    std::string file;                    ///< absolute path; for a copy in memory, the path of the copied file
    std::vector<std::string> arguments;  ///< arguments before the command's own; the first is the program's name
    core::unique_fd copy;                ///< a copy in memory to execute in place of `file`; none if `file` can be executed
    std::string how;                     ///< the end of a log line about this file
};

/// A zip that was packed on Windows, or by the Functions tools, has no permission bits, so a server in it becomes a file that nobody may
/// execute. This function handles the regular file `path`, which the command calls `name`, if it begins like a program:
///
/// - If the file's owner is `runner`, the user that runs the child, the owner gets the permission back.
/// - Otherwise a script is passed to the interpreter that its first line names, as the kernel does it. So the script can still load the
/// files beside it.
/// - Otherwise an ELF program is copied into memory and run from there. A crash cannot leave a file behind, and the kernel keeps the copy
/// for as long as the process runs.
///
/// Returns nothing, with errno set, if the file is no program, or cannot be read or copied.
std::optional<substitute> substitute_for(const std::string& path, const std::string& name, uid_t runner);

}  // namespace bridge::process
