// Runs a server whose file has lost its permission to be executed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "bridge/process/unique_fd.hpp"

namespace bridge::process {

/// What to start in place of a file that may not be executed.
struct substitute {
    std::string file;                    ///< absolute; for a copy in memory the file that was copied
    std::vector<std::string> arguments;  ///< to stand before the command's own; the first is the program's name
    unique_fd copy;                      ///< in memory, to be executed in place of `file`; none if that can be executed
    std::string how;                     ///< for the log
};

/// A zip that was packed on Windows, or by the Functions tools, has no permission bits, so a server in it arrives as a file
/// that nobody may execute. If the regular file `path`, which was called `name`, begins like a program:
///
///     it gets the permission for its owner back, if that is `runner`, the user that is to run it
///     else a script is handed to the interpreter that its first line names, as the kernel does it, and so stays where
///     what it loads lies beside it
///     else an ELF program is copied into memory and run from there: no file that a crash could leave behind, and the
///     kernel keeps the copy for as long as the process runs
///
/// Nothing, with errno set, if it is no program, or cannot be read or copied.
std::optional<substitute> substitute_for(const std::string& path, const std::string& name, uid_t runner);

}  // namespace bridge::process
