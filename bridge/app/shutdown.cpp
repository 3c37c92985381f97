#include "bridge/app/shutdown.hpp"

#include <spdlog/spdlog.h>

#include <csignal>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

// Added to the two graces of the stop ladder: the time to reap the children that were killed at its end.
constexpr auto reap_time = 1s;

}  // namespace

shutdown::shutdown(core::executor loop_executor, const core::limits& bounds, const service_manager& manager, session::readiness& ready,
                   session::sessions& sessions, era::modern_clients& modern, http::server& server, http::server* metrics, child::children& children)
    : executor_(loop_executor), bounds_(bounds), manager_(manager), ready_(ready), sessions_(sessions), modern_(modern), server_(server),
      metrics_(metrics), children_(children), signals_(loop_executor, SIGTERM, SIGINT) {}

core::task<void> shutdown::wait() {
    const auto [error, number] = co_await signals_.async_wait(core::nothrow);
    if (error) co_return;
    has_begun_ = true;
    spdlog::info("stopping (signal {})", number);
    core::pass("shutdown.wait");
    core::spawn_vital(executor_, "shutdown.hurry", [this] { return hurry(*this); });
    co_await run_sequence();
    signals_.cancel();
}

core::task<void> shutdown::hurry(shutdown& self) {
    const auto [error, number] = co_await self.signals_.async_wait(core::nothrow);
    if (error) co_return;
    core::pass("shutdown.hurry");
    spdlog::warn("stopping at once (signal {})", number);
    self.exit_code_ = 1;
    self.children_.kill_all();
    self.server_.close_all();
}

void shutdown::set_handover(http::handover& others, retirement& retiring) {
    others_ = &others;
    retiring_ = &retiring;
}

core::task<void> shutdown::run_sequence() {
    const bool is_replaced = others_ != nullptr && others_->is_succeeded();
    if (retiring_ != nullptr) retiring_->stop();
    // The service goes on in another process.
    if (!is_replaced) manager_.report_stopping();
    // A process that is started from now on must not ask this one for sockets that are about to be closed.
    if (!is_replaced && others_ != nullptr) others_->close();
    if (is_replaced) co_await retiring_->wait(core::clock::now() + bounds_.drain_timeout);
    ready_.set_stopping();
    server_.drain();
    sessions_.end_general_streams();
    modern_.end_listeners();
    const auto latest = core::clock::now() + bounds_.drain_timeout;
    const bool replied = co_await server_.wait_until_empty(latest);
    const bool drained = co_await modern_.wait_for_tasks(latest) && replied;
    if (!drained) {
        spdlog::warn("requests in flight are cut off after {} ms", bounds_.drain_timeout.count());
        core::meters().count_hit(core::bound::drain_timeout);
        exit_code_ = 1;
    }
    children_.close_all("the bridge is shutting down");
    const bool ended = co_await children_.wait_all_ended(core::clock::now() + 2 * bounds_.stop_grace + reap_time);
    if (!ended) {
        exit_code_ = 1;
        children_.kill_all();
        co_await children_.wait_all_ended(core::clock::now() + reap_time);
    }
    // The requests that were cut off got their answers when their child ended, as far as their clients still listen.
    server_.close_all();
    co_await server_.wait_until_empty(core::clock::now() + reap_time);
    if (metrics_ != nullptr) {
        metrics_->drain();
        metrics_->close_all();
    }
    if (others_ != nullptr) others_->close();
    spdlog::info("stopped");
}

}  // namespace bridge::app
