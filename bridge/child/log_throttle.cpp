#include "bridge/child/log_throttle.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

constexpr auto window = 1s;

}  // namespace

bool log_throttle::admits(core::clock::time_point now) {
    report(now);
    if (now - begin_ >= window) {
        begin_ = now;
        logged_ = 0;
    }
    if (logged_ < most_) {
        ++logged_;
        return true;
    }
    // One hit for each second in which lines are held back, however many.
    if (++held_back_ == 1) core::meters().count_hit(core::bound::log_rate);
    return false;
}

void log_throttle::report(core::clock::time_point now) {
    if (now - begin_ >= window) finish();
}

void log_throttle::finish() {
    if (held_back_ == 0) return;
    spdlog::warn("[{}] ... {} further lines (--limit max-log-rate=N)", name_, std::exchange(held_back_, 0));
}

}  // namespace bridge::child
