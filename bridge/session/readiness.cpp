#include "bridge/session/readiness.hpp"

#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::session {
namespace {

constexpr std::chrono::seconds between_trials{5};

}  // namespace

void readiness::try_now() {
    if (trying_.is_under_way() || stopping_) return;
    const core::coroutine_name named{"readiness.trial", "/readyz says so until another trial"};
    auto work = [self = alive_.refer(), trying = trying_.begin()]() mutable { return run_trial(self, std::move(trying)); };
    const auto fail = [self = alive_.refer()] {
        if (const auto living = self.lock()) living->note_trial("the bridge failed while it tried the server");
    };
    core::spawn(where_, named, std::move(work), fail);
}

void readiness::note_trial(std::string failure) {
    was_tried_ = true;
    failure_ = std::move(failure);
    next_trial_ = core::clock::now() + between_trials;
}

core::task<void> readiness::run_trial(std::weak_ptr<readiness> self, core::activity::token) {
    core::pass("readiness.trial");
    if (const auto living = self.lock()) co_await living->sessions_.try_child();
    if (const auto living = self.lock()) living->note_trial({});
}

std::string readiness::obstacle() {
    if (stopping_) return "the bridge is shutting down";
    std::string trouble = failure_.empty() ? sessions_.trouble() : failure_;
    if (was_tried_ && trouble.empty()) return {};
    if (core::clock::now() >= next_trial_) try_now();
    return trouble.empty() ? "the server is being started" : trouble;
}

}  // namespace bridge::session
