#include "bridge/session/readiness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace bridge::session {
namespace {

constexpr std::chrono::seconds between_trials{5};

}  // namespace

void readiness::try_now() {
    if (trying_ || stopping_) return;
    trying_ = true;
    boost::asio::co_spawn(where_, run_trial(*this), boost::asio::detached);
}

core::task<void> readiness::run_trial(readiness& self) {
    co_await self.sessions_.try_child();
    self.trying_ = false;
    self.was_tried_ = true;
    self.next_trial_ = core::clock::now() + between_trials;
}

std::string readiness::obstacle() {
    if (stopping_) return "the bridge is shutting down";
    std::string trouble = sessions_.trouble();
    if (was_tried_ && trouble.empty()) return {};
    if (core::clock::now() >= next_trial_) try_now();
    return trouble.empty() ? "the server is being started" : trouble;
}

}  // namespace bridge::session
