// A log sink for stdout or stderr that is a pipe.
#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace bridge::core {

/// Returns a sink that writes to the pipe `fd` and never waits for its reader, because a stalled reader must not stall the bridge. Lines
/// that do not fit into the pipe wait in memory, up to a bound. Beyond it whole lines are lost, and the sink logs their number later.
/// Waiting lines are written with later lines, at `flush`, and at the end as far as the reader accepts them within a second. Returns null
/// if `fd` is no pipe, or if the pipe cannot be opened anew: its other holders must not find it in non-blocking mode.
std::shared_ptr<spdlog::sinks::sink> make_pipe_sink(int fd);

}  // namespace bridge::core
