#include "tests/support/stdio_fixture/grandchild.hpp"

#include <unistd.h>

#include <csignal>

namespace fixture {

pid_t start_grandchild(const grandchild_wishes& wishes) {
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
