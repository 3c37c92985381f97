#include "bridge/app/process_setup.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace bridge::app {

void set_up_process() {
    std::signal(SIGPIPE, SIG_IGN);
    // A SIGCHLD that was ignored by whoever started us would reap our children behind our back.
    std::signal(SIGCHLD, SIG_DFL);
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO) fd = dup(fd);
    if (fd > STDERR_FILENO) close(fd);
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

}  // namespace bridge::app
