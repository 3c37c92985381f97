// The search for the file of a command.
#pragma once

#include <string>

#include "bridge/process/command.hpp"

namespace bridge::process {

/// True if the command names a file by its path, so that it is not looked up in PATH.
bool is_path(const command& child_command);

/// Makes `path` absolute, relative to the bridge's own directory, because the child can run in another one. Returns an empty text and sets
/// errno if that directory no longer exists.
std::string absolute(const std::string& path);

/// Returns the file to execute, or an empty text with errno set if there is none: EISDIR for a folder, EACCES for a file that may not be
/// executed. A path is used as it is. A name is looked up in the PATH that the child gets.
std::string find_executable(const command& child_command);

/// Returns 0 if a child can run in this directory, or an errno. An empty path is the bridge's own directory.
int directory_error(const std::string& path);

}  // namespace bridge::process
