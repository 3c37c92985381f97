#include "bridge/app/housekeeping.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "bridge/core/memory.hpp"
#include "bridge/core/passing.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

// How exactly the deadlines of sessions, requests and children are kept.
constexpr auto session_interval = 1s;

constexpr auto memory_interval = 5s;

}  // namespace

core::task<void> housekeeping::run() {
    auto next_memory_return = core::clock::now() + memory_interval;
    while (!is_stopped_) {
        co_await stopped_.wait_until(core::clock::now() + session_interval);
        core::pass("housekeeping.run");
        const auto now = core::clock::now();
        sessions_.sweep(now);
        children_.check(now);
        look_for_host();
        // What whoever reads the log had no room for.
        spdlog::default_logger_raw()->flush();
        if (now < next_memory_return && !memory_.take_trim()) continue;
        next_memory_return = now + memory_interval;
        core::give_back_memory();
    }
}

// By its number: PR_SET_PDEATHSIG would tell of the end of the host's thread, which .NET ends when it likes.
void housekeeping::look_for_host() {
    if (!host_ || ::getppid() == *host_) return;
    host_.reset();
    spdlog::warn("the Functions host, which has started this process, is gone");
    std::raise(SIGTERM);
}

void housekeeping::stop() {
    is_stopped_ = true;
    stopped_.notify();
}

}  // namespace bridge::app
