#include "bridge/platform/pipe.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

namespace bridge::platform {

bool make_pipe(std::array<int, 2>& ends, waiting calls) {
    return pipe2(ends.data(), O_CLOEXEC | (calls == waiting::no ? O_NONBLOCK : 0)) == 0;
}

void widen_pipe(int descriptor, int bytes) {
    fcntl(descriptor, F_SETPIPE_SZ, bytes);
}

int reopen_pipe(int descriptor) {
    return open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

std::optional<std::size_t> unread_bytes(int descriptor) {
    int unread = 0;
    if (ioctl(descriptor, FIONREAD, &unread) != 0) return std::nullopt;
    return static_cast<std::size_t>(unread);
}

}  // namespace bridge::platform
