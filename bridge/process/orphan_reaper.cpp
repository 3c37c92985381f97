#include "bridge/process/orphan_reaper.hpp"

#include <sys/wait.h>

#include "bridge/core/passing.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

// Dead processes do no harm for that long. SIGCHLD would report them at once, but also every child of the bridge.
constexpr auto interval = 1s;

}  // namespace

core::task<void> orphan_reaper::run() {
    while (!is_stopped_) {
        co_await stopping_.wait_until(core::clock::now() + interval);
        core::pass("orphan_reaper.run");
        look();
    }
}

void orphan_reaper::look() const {
    for (;;) {
        siginfo_t dead{};
        if (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) != 0 || dead.si_pid == 0) return;
        // waitid returns a dead child of the bridge before the others until it is reaped. The others wait for the next check.
        if (ours_.is_child(dead.si_pid)) return;
        waitpid(dead.si_pid, nullptr, WNOHANG);
    }
}

void orphan_reaper::stop() {
    is_stopped_ = true;
    stopping_.notify();
}

}  // namespace bridge::process
