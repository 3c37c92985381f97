#include "bridge/app/retirement.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>

#include "bridge/core/passing.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 100ms;

}  // namespace

bool retirement::is_over() const {
    const bool is_unused = sessions_.count() == 0 && !modern_.are_awaited() && server_.count() == 0;
    return is_unused || others_.is_orphaned_since(core::clock::now() - bounds_.drain_timeout);
}

core::task<void> retirement::run() {
    while (!is_stopped_) {
        const bool is_replaced = others_.is_succeeded();
        if (is_replaced && is_over()) {
            core::pass("retirement.run");
            spdlog::info("this process is no longer needed");
            std::raise(SIGTERM);
            co_return;
        }
        co_await wakes_.wait_until(is_replaced ? core::clock::now() + interval : core::clock::time_point::max());
    }
}

void retirement::stop() {
    is_stopped_ = true;
    wakes_.notify();
}

core::task<void> retirement::wait(core::clock::time_point deadline) {
    while (!is_over() && core::clock::now() < deadline) co_await waits_.wait_until(std::min(deadline, core::clock::now() + interval));
    if (const std::size_t left = sessions_.count(); left > 0) spdlog::warn("{} sessions end with this process", left);
    if (modern_.are_awaited()) spdlog::warn("calls and tasks for which clients would come back end with this process");
}

}  // namespace bridge::app
