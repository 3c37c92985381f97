// A process that was just forked, for what changes a process for good.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace bridge::platform {

/// Lets `work` run in a process of its own. Returns its result, or that of the program which it executes; -1 if a signal has ended the process.
inline int exit_code_of(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(work());
    int status = -1;
    return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace bridge::platform
