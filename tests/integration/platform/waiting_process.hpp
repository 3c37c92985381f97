// A process that waits until it is killed.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace bridge::platform {

class waiting_process {
public:
    waiting_process() : pid_(::fork()) {
        while (pid_ == 0) ::pause();
    }
    ~waiting_process() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        end();
    }
    waiting_process(const waiting_process&) = delete;
    waiting_process& operator=(const waiting_process&) = delete;

    pid_t pid() const { return pid_; }

    /// True if it lives. Does not reap it.
    bool lives() const {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
    }

    /// Waits for its end and reaps it. Returns the signal that has ended it.
    int end() {
        int status = 0;
        if (pid_ > 0) ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

private:
    pid_t pid_;
};

}  // namespace bridge::platform
