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
    std::string failure = co_await self.sessions_.try_child();
    self.trying_ = false;
    self.next_trial_ = core::clock::now() + between_trials;
    self.failure_ = std::move(failure);
    self.known_ = true;
}

std::string readiness::obstacle() {
    if (stopping_) return "the bridge is shutting down";
    if (known_ && failure_.empty()) return {};
    if (core::clock::now() >= next_trial_) try_now();
    return known_ ? failure_ : "the server is being started";
}

}  // namespace bridge::session
