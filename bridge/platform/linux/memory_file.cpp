#include "bridge/platform/memory_file.hpp"

#include <sys/mman.h>
#include <sys/sendfile.h>

#include <cerrno>

namespace bridge::platform {
namespace {

// A flag of Linux 6.3 and later. Older headers do not have it; older kernels refuse it and do not need it.
constexpr unsigned memory_may_execute = 0x10;

// The longest name of a file in memory, in bytes (memfd_create(2)).
constexpr std::size_t longest_name = 249;

}  // namespace

int make_memory_file(const std::string& name) {
    const std::string shortened = name.substr(0, longest_name);
    const int made = memfd_create(shortened.c_str(), MFD_CLOEXEC | memory_may_execute);
    return made < 0 && errno == EINVAL ? memfd_create(shortened.c_str(), MFD_CLOEXEC) : made;
}

bool copy_bytes(int source, int target, off_t bytes) {
    for (off_t at = 0; at < bytes;) {
        const ssize_t count = sendfile(target, source, &at, static_cast<std::size_t>(bytes - at));
        if (count < 0) return false;
        if (count == 0) break;
    }
    return true;
}

}  // namespace bridge::platform
