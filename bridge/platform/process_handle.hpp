// Handles of processes. A handle stays that of its process, also when another process gets the number.
#pragma once

#include <sys/types.h>

namespace bridge::platform {

/// Returns a descriptor that is readable once the process has ended, or -1 with errno set. The caller closes it. The process can be any that lives,
/// or that was not reaped yet.
int open_process(pid_t pid);

/// Ends the process at once (SIGKILL). `handle` is from `open_process`. Does nothing if the process has ended, or if this user may not end it.
void kill_process(int handle);

}  // namespace bridge::platform
