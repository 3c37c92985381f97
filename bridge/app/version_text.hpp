// The answer to --version.
#pragma once

#include <string>

namespace bridge::app {

/// Returns the name and the version of the program, without a line break. With `is_verbose` lines follow with the commit, the compiler and the
/// versions of the libraries.
std::string version_text(bool is_verbose);

}  // namespace bridge::app
