#include "bridge/child/children.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace bridge::child {

std::shared_ptr<link> children::start(const std::weak_ptr<link_owner>& owner, std::string& failure) {
    if (closed_) {
        failure = "the bridge is shutting down";
        return nullptr;
    }
    if (links_.size() >= bounds_.children) {
        failure = "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
        return nullptr;
    }
    launch_failure reason;
    auto child = process::start(where_, command_, reason);
    if (!child) {
        failure = reason.text(command_);
        spdlog::error("[{}] {}", command_.name, failure);
        return nullptr;
    }
    spdlog::info("[{}] started, process {}", command_.name, child->pid());
    auto started = link::make(where_, std::move(child), command_.name, bounds_, secrets_, owner);
    links_.push_back(started);
    boost::asio::co_spawn(where_, run(*this, started), boost::asio::detached);
    return started;
}

core::task<void> children::run(children& self, std::shared_ptr<link> started) {
    co_await link::run(started);
    std::erase(self.links_, started);
    self.changed_.notify();
}

void children::close_all(const std::string& reason) {
    closed_ = true;
    for (const auto& each : links_) each->close(reason);
}

void children::kill_all() {
    closed_ = true;
    for (const auto& each : links_) each->kill();
}

core::task<bool> children::wait_all_ended(core::clock::time_point deadline) {
    while (!links_.empty() && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
    co_return links_.empty();
}

}  // namespace bridge::child
