#include "bridge/child/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace bridge::child {
namespace {

constexpr int report_descriptor = STDERR_FILENO + 1;

// Handlers of ours would tell the bridge of signals that are this process's; and an ignored signal stays ignored across exec.
void reset_signals() {
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Only what is safe between a fork and an exec.
[[noreturn]] void become(const spawn_plan& plan, int report) {
    // Its own session: a signal from our terminal then reaches the child only through the stop ladder, and its whole family can be
    // signalled as one group.
    setsid();
    dup2(plan.input, STDIN_FILENO);
    dup2(plan.output, STDOUT_FILENO);
    dup2(plan.errors, STDERR_FILENO);
    dup2(report, report_descriptor);
    fcntl(report_descriptor, F_SETFD, FD_CLOEXEC);
    // Asio makes its sockets without close-on-exec; this keeps every one of them out of the child.
    closefrom(report_descriptor + 1);
    reset_signals();
    if (plan.directory == nullptr || chdir(plan.directory) == 0) execve(plan.file, plan.arguments, plan.environment);
    const int error = errno;
    static_cast<void>(!write(report_descriptor, &error, sizeof error));
    _exit(127);
}

}  // namespace

int spawn(const spawn_plan& plan, spawned& child) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return errno;
    unique_fd read_end(ends[0]);
    const unique_fd write_end(ends[1]);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    const pid_t pid = fork();
    if (pid == 0) become(plan, write_end.get());
    const int error = errno;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return error;
    child.pid = pid;
    child.report = std::move(read_end);
    return 0;
}

std::optional<int> read_report(const unique_fd& report, std::chrono::milliseconds patience) {
    pollfd asked{.fd = report.get(), .events = POLLIN, .revents = 0};
    if (poll(&asked, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
    int error = 0;
    // Its end came without a word: the exec has closed it.
    const ssize_t count = read(report.get(), &error, sizeof error);
    return count == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace bridge::child
