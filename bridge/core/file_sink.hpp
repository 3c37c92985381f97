// A log sink for stdout or stderr that is a regular file.
#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace bridge::core {

/// Returns a sink that writes to the regular file `fd`. The sink survives a file that cannot grow because of a full disk, a quota, or a
/// limit on the file's size (RLIMIT_FSIZE). Lines that cannot be written are lost, and the sink logs their number as soon as the file
/// accepts lines again. A partly written line stays in the file, and the next line begins on a line of its own. Returns null if `fd` is no
/// regular file.
std::shared_ptr<spdlog::sinks::sink> make_file_sink(int fd);

}  // namespace bridge::core
