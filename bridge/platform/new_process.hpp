// Calls of a process that was just forked, before it executes another program. All of them are safe there, and set errno on failure.
#pragma once

#include <sys/types.h>

#include <span>

namespace bridge::platform {

/// Closes this descriptor and all greater ones. It cannot fail.
void close_from(int first);

/// Executes the compiled program (not a script) in the file that the descriptor has open for reading. The descriptor has the flag close-on-exec.
/// Returns only on failure. ENOSYS and EPERM say that the system has no way to do that, and nothing of the program.
void execute_descriptor(int descriptor, char* const* arguments, char* const* environment);

/// Gives the process this user, this group and these further groups, and no others. Returns false on failure; some of that may be done then, so the
/// process must not go on.
bool become(uid_t user, gid_t group, std::span<const gid_t> groups);

/// From now on no program that the process executes gives it privileges. Returns false on failure.
bool forgo_privileges();

}  // namespace bridge::platform
