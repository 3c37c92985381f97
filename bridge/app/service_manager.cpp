#include "bridge/app/service_manager.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "bridge/core/unique_fd.hpp"
#include "bridge/platform/local_socket.hpp"

namespace bridge::app {
namespace {

constexpr const char* variable = "NOTIFY_SOCKET";

}  // namespace

service_manager::service_manager() {
    const char* const value = std::getenv(variable);
    if (value != nullptr) path_ = value;
    unsetenv(variable);
}

// The message is lost rather than waited for: the manager reads it at once, or it is not there.
void service_manager::send(std::string_view state) const {
    sockaddr_un address{};
    if (path_.empty()) return;
    if (path_.size() >= sizeof address.sun_path) {
        spdlog::warn("{} is too long for the name of a socket", variable);
        return;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (path_.front() == '@') address.sun_path[0] = '\0';  // an abstract name (unix(7))
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    const core::unique_fd out(platform::open_local_socket(SOCK_DGRAM));
    const ssize_t sent =
        ::sendto(out.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address), length);
    if (sent < 0) spdlog::warn("the service manager cannot be told of the bridge's state: {}", std::strerror(errno));
}

}  // namespace bridge::app
