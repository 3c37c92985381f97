#include "bridge/child/command_health.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::child {

std::optional<refusal> command_health::current_refusal() {
    look_at_living();
    return policy_.refusal_at(core::clock::now());
}

core::clock::time_point command_health::next_start() {
    look_at_living();
    return policy_.next_start(core::clock::now());
}

std::string command_health::unresolved_failure() {
    look_at_living();
    return policy_.unresolved_failure();
}

void command_health::record_failure(std::string reason) {
    if (policy_.record_failure(core::clock::now(), std::move(reason))) log_loop();
}

void command_health::record_failed_opening(std::string reason, bool with_proven_words) {
    if (with_proven_words) return record_failure(std::move(reason));
    switch (policy_.record_doubtful_opening(core::clock::now(), std::move(reason))) {
        case restart_policy::step::nothing: return;
        case restart_policy::step::log_loop: return log_loop();
        case restart_policy::step::try_own:
            if (on_suspected_failure_) on_suspected_failure_();
    }
}

void command_health::record_doubtful_end(const link& child) {
    look_at_living();
    const auto now = core::clock::now();
    if (worked_at_ && now - *worked_at_ < bounds_.short_life_window) return;
    if (policy_.record_failure(now, child.bare_end_reason(), false)) log_loop();
}

bool command_health::record_end(const link& child) {
    if (!child.opened_at() || core::clock::now() - *child.opened_at() < bounds_.stable_after) return false;
    policy_.record_stable(*child.opened_at() + bounds_.stable_after);
    return true;
}

void command_health::record_unused_end(const link& child) {
    if (child.was_closed() || core::clock::now() - child.started_at() >= bounds_.stable_after) return;
    record_failure(child.end_reason());
}

void command_health::record_gone(const link& child) {
    if (child.has_answered_calls()) worked_at_ = core::clock::now();
}

void command_health::look_at_living() {
    const auto now = core::clock::now();
    for (const auto& each : living_) {
        if (each->has_answered_calls()) worked_at_ = now;
        if (each->is_open() && each->opened_at() && now - *each->opened_at() >= bounds_.stable_after) {
            policy_.record_stable(*each->opened_at() + bounds_.stable_after);
        }
    }
}

void command_health::log_loop() const {
    core::meters().count_hit(core::bound::short_lives);
    spdlog::error("[{}] keeps failing and is not started again for {} ms", name_, bounds_.crash_cool_down.count());
}

}  // namespace bridge::child
