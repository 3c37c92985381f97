#include "bridge/app/housekeeping.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "bridge/core/memory.hpp"
#include "bridge/core/passing.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

// The precision of the deadlines of sessions, requests and children.
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
        modern_.sweep(now);
        children_.check(now);
        remembered_.save(now);
        look_for_host();
        // Writes the log lines for which the reader of the log had no room before.
        spdlog::default_logger_raw()->flush();
        if (now < next_memory_return && !memory_.consume_trim()) continue;
        next_memory_return = now + memory_interval;
        core::give_back_memory();
    }
}

// Compares process ids. PR_SET_PDEATHSIG would report the end of the host's thread, which .NET may end at any time.
void housekeeping::look_for_host() {
    if (!host_ || ::getppid() == *host_) return;
    host_.reset();
    spdlog::warn("the Functions host, which started this process, is gone; the bridge stops");
    std::raise(SIGTERM);
}

void housekeeping::stop() {
    is_stopped_ = true;
    stopped_.notify();
}

}  // namespace bridge::app
