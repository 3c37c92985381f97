// The bridge's own process, as the system sees it.
#pragma once

namespace bridge::platform {

/// Returns the variables of the environment, as `NAME=VALUE`, with a null pointer behind the last one. The list belongs to the C library, and the
/// next change of the environment ends it.
char** environment();

/// From now on, other programs of the same user cannot read the memory of this process, and it leaves no core dump. Nor can
/// processes that it forks be read, until they execute another program. Where the system has no such protection, does nothing.
void hide_memory();

/// Sets the short name that lists of processes show. `name` ends with a zero byte; the system shortens a long one. Safe after a fork. It cannot fail.
void set_name(const char* name);

}  // namespace bridge::platform
