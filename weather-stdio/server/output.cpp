#include "weather-stdio/server/output.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace stdio_server {
namespace {

// The parent process may have made the descriptor non-blocking. Then this code must wait itself.
void wait_until_writable(int fd) {
    pollfd wanted{fd, POLLOUT, 0};
    ::poll(&wanted, 1, -1);
}

}  // namespace

void line_output::write(std::string_view line) {
    if (closed_) return;
    std::string framed(line);
    framed += '\n';
    std::string_view rest = framed;
    while (!rest.empty()) {
        const auto written = ::write(fd_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            wait_until_writable(fd_);
        } else if (errno != EINTR) {
            spdlog::info("the client no longer reads: {}", std::strerror(errno));
            closed_ = true;
            return;
        }
    }
}

}  // namespace stdio_server
