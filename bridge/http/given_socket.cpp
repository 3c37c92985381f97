#include "bridge/http/given_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace bridge::http {

std::optional<given_socket> inspect_socket(core::unique_fd descriptor, std::string& wrong) {
    const int handle = descriptor.get();
    given_socket out;
    auto size = static_cast<socklen_t>(out.endpoint.capacity());
    if (::getsockname(handle, out.endpoint.data(), &size) != 0) {
        wrong = std::generic_category().message(errno);
        return std::nullopt;
    }
    const int family = out.endpoint.data()->sa_family;
    int type = 0;
    int listens = 0;
    socklen_t length = sizeof type;
    const bool is_known =
        ::getsockopt(handle, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && ::getsockopt(handle, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0;
    if (!is_known || type != SOCK_STREAM || (family != AF_INET && family != AF_INET6)) {
        wrong = "it is no TCP socket";
        return std::nullopt;
    }
    if (listens == 0) {
        wrong = "it does not listen";
        return std::nullopt;
    }
    if (::fcntl(handle, F_SETFD, FD_CLOEXEC) != 0) {
        wrong = std::generic_category().message(errno);
        return std::nullopt;
    }
    out.endpoint.resize(size);
    out.descriptor = std::move(descriptor);
    return out;
}

}  // namespace bridge::http
