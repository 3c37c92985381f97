// Files that exist in memory only.
#pragma once

#include <sys/types.h>

#include <string>

namespace bridge::platform {

/// Returns the descriptor of a new, empty file that can be executed, or -1 with errno set. The caller closes it, and the file is gone with its last
/// descriptor. No other program gets it. The system may shorten the name, which lists of processes show.
int make_memory_file(const std::string& name);

/// Copies the first `bytes` of the file `source`, or all if it has fewer, to the position of `target`. Does not move the position of `source`.
/// Returns false on failure, with errno set; a part may be copied then.
bool copy_bytes(int source, int target, off_t bytes);

}  // namespace bridge::platform
