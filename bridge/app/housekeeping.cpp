#include "bridge/app/housekeeping.hpp"

#include <spdlog/spdlog.h>

#include "bridge/core/memory.hpp"

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
        const auto now = core::clock::now();
        sessions_.sweep(now);
        children_.check(now);
        // What whoever reads the log had no room for.
        spdlog::default_logger_raw()->flush();
        if (now < next_memory_return) continue;
        next_memory_return = now + memory_interval;
        core::give_back_memory();
    }
}

void housekeeping::stop() {
    is_stopped_ = true;
    stopped_.notify();
}

}  // namespace bridge::app
