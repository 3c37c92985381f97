#include "tests/support/stdio_fixture/grandchild.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace fixture {
namespace {

// What is between the fixture and a daemon ends at once, so that the daemon is nobody's child.
pid_t start_daemon(bool ignore_term) {
    int report[2];
    if (::pipe(report) != 0) return -1;
    const pid_t between = ::fork();
    if (between == 0) {
        ::setsid();
        const pid_t pid = ::fork();
        if (pid != 0) ::_exit(::write(report[1], &pid, sizeof pid) == sizeof pid ? 0 : 1);
        ::alarm(300);
        if (ignore_term) std::signal(SIGTERM, SIG_IGN);
        ::closefrom(0);
        while (true) ::pause();
    }
    pid_t pid = -1;
    if (::read(report[0], &pid, sizeof pid) != sizeof pid) pid = -1;
    ::close(report[0]);
    ::close(report[1]);
    ::waitpid(between, nullptr, 0);
    return pid;
}

}  // namespace

pid_t start_grandchild(const grandchild_wishes& wishes) {
    if (wishes.daemon) return start_daemon(wishes.ignore_term);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::alarm(300);
    if (wishes.own_session) ::setsid();
    if (wishes.ignore_term) std::signal(SIGTERM, SIG_IGN);
    if (!wishes.hold_stdout) ::close(1);
    ::close(0);
    ::close(2);
    while (true) ::pause();
}

}  // namespace fixture
