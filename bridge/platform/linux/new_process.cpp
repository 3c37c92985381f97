#include "bridge/platform/new_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace bridge::platform {
namespace {

constexpr std::string_view folder_of_descriptors = "/proc/self/fd/";

}  // namespace

void close_from(int first) {
    closefrom(first);
}

void execute_descriptor(int descriptor, char* const* arguments, char* const* environment) {
    syscall(SYS_execveat, descriptor, "", arguments, environment, AT_EMPTY_PATH);
    const int error = errno;
    if (error != ENOSYS && error != EPERM) return;
    // Kernels before 3.19 do not have execveat, and a filter of system calls may not know it. Where /proc is mounted, this path also leads to the
    // file. Nothing is allocated: a fork may have left the heap locked.
    std::array<char, 32> path{};
    folder_of_descriptors.copy(path.data(), path.size());
    std::to_chars(path.data() + folder_of_descriptors.size(), path.data() + path.size() - 1, descriptor);
    execve(path.data(), arguments, environment);
    errno = error;
}

// Makes the system calls directly. The functions of the C library forward them to all threads, which a new process does not have, and use
// locks that the fork may have left locked. The groups are set first, because another user may not change them.
bool become(uid_t user, gid_t group, std::span<const gid_t> groups) {
    return syscall(SYS_setgroups, groups.size(), groups.data()) == 0 && syscall(SYS_setresgid, group, group, group) == 0 &&
           syscall(SYS_setresuid, user, user, user) == 0;
}

bool forgo_privileges() {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

}  // namespace bridge::platform
