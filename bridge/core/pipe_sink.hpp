// The log's way out when it is a pipe.
#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace bridge::core {

/// A sink that writes to the pipe `fd` without ever waiting for its reader: one that stands still must not make the whole bridge
/// stand still. What does not fit into the pipe waits, up to a bound; beyond that whole lines are lost, and later counted in the
/// log. What waits goes out with later lines, at `flush`, and at the end as far as the reader takes it within a second. Null if `fd`
/// is no pipe, or it cannot be opened anew: its other holders must not find it in non-blocking mode.
std::shared_ptr<spdlog::sinks::sink> make_pipe_sink(int fd);

}  // namespace bridge::core
