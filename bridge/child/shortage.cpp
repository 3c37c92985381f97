#include "bridge/child/shortage.hpp"

#include <spdlog/spdlog.h>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

constexpr std::chrono::seconds log_interval{5};

}  // namespace

std::string shortage::record(const process::launch_failure& failure) {
    const auto now = core::clock::now();
    ++core::meters().child_starts_failed;
    if (failure.is_shortage_of_descriptors()) core::meters().count_hit(core::bound::descriptors);
    std::string text = "the bridge is short of " + std::string(failure.is_shortage_of_descriptors() ? "file descriptors" : "processes or memory") +
                       ": " + failure.text(command_.executable);
    if (now >= next_log_) {
        next_log_ = now + log_interval;
        spdlog::error("[{}] {}; it is tried again", command_.name, text);
    }
    end_ = now + patience;
    return text;
}

}  // namespace bridge::child
