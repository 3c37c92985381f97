#include "bridge/platform/local_socket.hpp"

namespace bridge::platform {

int open_local_socket(int type) {
    return socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
}

std::optional<local_peer> peer_of(int socket) {
    ucred other{};
    socklen_t size = sizeof other;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &other, &size) != 0) return std::nullopt;
    return local_peer{.process = other.pid, .user = other.uid};
}

ssize_t receive_message(int socket, msghdr& message) {
    return recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
}

}  // namespace bridge::platform
