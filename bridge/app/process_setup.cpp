#include "bridge/app/process_setup.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

extern char** environ;

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

std::span<char> title_of_process(char** arguments) {
    if (arguments == nullptr || arguments[0] == nullptr) return {};
    char* end = arguments[0];
    // Whatever was set since then lies elsewhere.
    for (char** list : {arguments, environ}) {
        for (; *list != nullptr; ++list) {
            if (*list == end) end += std::strlen(*list) + 1;
        }
    }
    return {arguments[0], end};
}

}  // namespace bridge::app
