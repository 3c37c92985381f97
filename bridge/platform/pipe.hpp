// Pipes.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace bridge::platform {

/// Whether a call waits that finds the pipe empty, or full. `no`: the call fails with EAGAIN instead.
enum class waiting { yes, no };

/// Makes a pipe, and sets `ends` to its read end and its write end, which the caller closes. No other program gets them. Returns false on failure,
/// with errno set and `ends` unchanged.
bool make_pipe(std::array<int, 2>& ends, waiting calls);

/// Asks for room for so many bytes in the pipe, by either of its ends. The system may refuse that, and the pipe keeps its usual room then.
void widen_pipe(int descriptor, int bytes);

/// Opens the pipe anew for writing and without waiting, while its other holders go on as they were. Returns a descriptor that the caller closes, and
/// that no other program gets, or -1 with errno set if the pipe cannot be opened anew.
int reopen_pipe(int descriptor);

/// Returns the bytes in the pipe that nobody has read, by either of its ends, or nothing if the system does not know. Still right after all readers
/// have closed the pipe.
std::optional<std::size_t> unread_bytes(int descriptor);

}  // namespace bridge::platform
