#include "bridge/platform/c_library.hpp"

#include <gnu/libc-version.h>

namespace bridge::platform {

named_version c_library() {
    return {.name = "glibc", .version = gnu_get_libc_version()};
}

}  // namespace bridge::platform
