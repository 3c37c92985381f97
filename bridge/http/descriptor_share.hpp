// The shares of connections and server processes in the limit of open files.
#pragma once

#include <cstddef>

namespace bridge::http {

/// Descriptors that the process opens now and then: /proc, files in the search for a server's program, the keys file.
inline constexpr std::size_t passing_descriptors = 4;

/// The descriptors of a server process: three pipes, the descriptor of the process and one more.
inline constexpr std::size_t descriptors_of_process = 5;

/// The largest number of descriptors that this process may have.
std::size_t most_descriptors();

/// The descriptors that this process has.
std::size_t open_descriptors();

/// The descriptors that clients' connections leave free, of `most`.
std::size_t reserved_descriptors(std::size_t most);

/// Returns how many server processes may run at once, one at least and `wanted` at most, of a process that may have `most` descriptors and has `open`
/// before the first of them starts. A quarter of the descriptors is left to connections: if the processes of idle sessions took all, nobody could
/// reach the bridge, not even to end a session.
std::size_t processes_within(std::size_t most, std::size_t open, std::size_t wanted);

}  // namespace bridge::http
