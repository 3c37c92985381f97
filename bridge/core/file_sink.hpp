// The log's way out when it is a file.
#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace bridge::core {

/// A sink that writes to the regular file `fd` and survives a file that takes no more: a full disk, a quota, a limit on its size
/// (RLIMIT_FSIZE). Lines that cannot be written are lost, and are counted in the log as soon as it takes lines again. A line that was
/// written in part stays as it is; the next one begins on a line of its own. Null if `fd` is no regular file.
std::shared_ptr<spdlog::sinks::sink> make_file_sink(int fd);

}  // namespace bridge::core
