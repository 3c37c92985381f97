#include "bridge/platform/process_handle.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace bridge::platform {

int open_process(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

void kill_process(int handle) {
    syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0);
}

}  // namespace bridge::platform
