// The C library that the bridge runs with.
#pragma once

#include <string_view>

namespace bridge::platform {

/// A library and its version. The texts live as long as the program.
struct named_version {
    std::string_view name;
    std::string_view version;
};

/// Returns the C library, such as glibc and "2.36". Where the system does not tell the version, it is empty.
named_version c_library();

}  // namespace bridge::platform
