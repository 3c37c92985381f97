#include "bridge/session/readiness.hpp"

#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::session {
namespace {

constexpr std::chrono::seconds between_trials{5};

}  // namespace

void readiness::start() {
    spawn(run_first);
}

void readiness::try_now() {
    spawn(run_trial);
}

void readiness::spawn(trial run) {
    if (trying_.is_under_way() || stopping_) return;
    const core::coroutine_name named{"readiness.trial", "/readyz says so until another trial"};
    auto work = [self = alive_.refer(), trying = trying_.begin(), run]() mutable { return run(self, std::move(trying)); };
    const auto fail = [self = alive_.refer()] {
        if (const auto living = self.lock()) living->record_trial("the bridge failed while it tried the server");
    };
    core::spawn(executor_, named, std::move(work), fail);
}

void readiness::record_trial(std::string failure) {
    was_tried_ = true;
    failure_ = std::move(failure);
    next_trial_ = core::clock::now() + between_trials;
}

core::task<void> readiness::run_first(std::weak_ptr<readiness> self, core::activity::token trying) {
    core::pass("readiness.trial");
    if (const auto living = self.lock()) {
        living->children_.start_first();
        co_await living->children_.first().wait_for_client();
    }
    const auto living = self.lock();
    if (!living) co_return;
    // A client whose `initialize` failed can be the reason itself, and a failure of the server that needs no client is known already.
    // While the command turns out to be of the modern era, the client that found this out opens the next process.
    const child::command_era& era = living->children_.era();
    const bool is_being_learnt = era.translator() != nullptr || era.is_tried();
    const bool is_known = living->children_.health().has_opened() || is_being_learnt || !living->sessions_.last_failure().empty();
    if (is_known || living->stopping_) co_return living->record_trial({});
    co_await run_trial(std::move(self), std::move(trying));
}

core::task<void> readiness::run_trial(std::weak_ptr<readiness> self, core::activity::token) {
    core::pass("readiness.trial");
    if (const auto living = self.lock()) {
        const core::activity::token trial = living->children_.first().begin_trial();
        co_await living->sessions_.try_child();
    }
    if (const auto living = self.lock()) living->record_trial({});
}

std::string readiness::obstacle() {
    if (stopping_) return "the bridge is shutting down";
    std::string reason = failure_.empty() ? sessions_.last_failure() : failure_;
    if (was_tried_ && reason.empty() && children_.health().has_opened()) return {};
    if (core::clock::now() >= next_trial_) try_now();
    if (!reason.empty()) return reason;
    const bool is_silent = children_.first().state() == child::first_process_state::silent;
    return is_silent ? "the server was started, and has not answered a message yet" : "the server is being started";
}

}  // namespace bridge::session
