// The other end of a TCP connection, as the system sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace bridge::platform {

/// True if the peer has closed its side, or the connection has failed. Nothing is read.
bool has_peer_closed(int socket);

/// Returns the bytes that were written to the socket and that the peer has not acknowledged, or nothing if the system does not know.
std::optional<std::size_t> unacknowledged_bytes(int socket);

/// Returns a descriptor that is readable when a peer has closed its side that `watch_peer` has named, or -1 with errno set. The caller closes it.
int open_peer_watch();

/// From now on the watch reports, once and under this number, that the peer of the socket has closed its side, also behind bytes that nobody has
/// read. A repeated call for a socket replaces the number and reports a peer again that has closed before. Returns false on failure, with errno set.
bool watch_peer(int watch, int socket, std::uint64_t number);

/// Writes the numbers of peers that have closed their sides to the front of `room`, and returns how many they are. If they fill the room, there may
/// be more. A socket that another process has open too can be reported after it was closed.
std::size_t take_departures(int watch, std::span<std::uint64_t> room);

}  // namespace bridge::platform
