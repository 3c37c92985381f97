// Unix sockets.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>

namespace bridge::platform {

/// The process that made the connection at the other end, or that listened there, and its user at that time.
struct local_peer {
    pid_t process = 0;
    uid_t user = 0;
};

/// Returns the descriptor of a new Unix socket of this type (SOCK_STREAM, SOCK_DGRAM), or -1 with errno set. The caller closes it. No other program
/// gets it.
int open_local_socket(int type);

/// Returns who has connected, or has listened, at the other end of a stream. Returns nothing if the system does not tell.
std::optional<local_peer> peer_of(int socket);

/// As recvmsg(2). The caller closes the descriptors that come with the message; no other program gets them.
ssize_t receive_message(int socket, msghdr& message);

}  // namespace bridge::platform
