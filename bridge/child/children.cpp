#include "bridge/child/children.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

constexpr const char* stopping = "the bridge is shutting down";

}  // namespace

// Somebody who waits for a place; stands in the line as long as it lives.
class children::place_in_line {
public:
    explicit place_in_line(children& of) : called(of.where_), children_(of) { children_.line_.push_back(this); }
    ~place_in_line() {
        std::erase(children_.line_, this);
        children_.call_first_in_line();
        children_.refiller_->check();
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    /// True once it is this one's turn and there is a place.
    bool is_served() const {
        const bool is_free = children_.links_.size() < children_.bounds_.children || children_.has_warm();
        return is_free && children_.line_.front() == this;
    }

    core::event called;

private:
    children& children_;
};

children::children(core::executor where, const command& what, const core::limits& bounds, const core::redactor& secrets)
    : where_(where),
      command_(what),
      bounds_(bounds),
      secrets_(secrets),
      changed_(where),
      refiller_(refiller::make(
          where, what.name, bounds, [this] { return warm_.size() < warm_wanted_ && has_room(); },
          [this] { start_warm(); })) {}

children::~children() {
    refiller_->stop();
}

// ---- starting

std::shared_ptr<link> children::start(const std::weak_ptr<link_owner>& owner, std::string& failure) {
    if (closed_) {
        failure = stopping;
        return nullptr;
    }
    if (links_.size() >= bounds_.children) {
        failure = all_run();
        return nullptr;
    }
    launch_failure reason;
    auto child = process::start(where_, command_, reason);
    if (!child) {
        ++core::meters().child_starts_failed;
        failure = reason.text(command_);
        spdlog::error("[{}] {}", command_.name, failure);
        return nullptr;
    }
    ++core::meters().children_started;
    spdlog::info("[{}] started, process {}", command_.name, child->pid());
    auto started = link::make(where_, std::move(child), command_.name, bounds_, secrets_, owner);
    links_.push_back(started);
    boost::asio::co_spawn(where_, run(*this, started), boost::asio::detached);
    return started;
}

core::task<void> children::run(children& self, std::shared_ptr<link> started) {
    co_await link::run(started);
    ++(started->was_asked_to_end() ? core::meters().children_ended : core::meters().children_died);
    std::erase(self.links_, started);
    if (std::erase(self.warm_, started) > 0) self.refiller_->note_failure();
    self.changed_.notify();
    self.call_first_in_line();
    for (const auto& each : self.living_reserves()) each->on_child_end();
    self.refiller_->check();
}

core::task<children::taken> children::take(std::weak_ptr<link_owner> owner, when_full full) {
    taken outcome;
    if (!closed_ && !has_place()) {
        if (full == when_full::wait || can_yield()) {
            outcome.failure = co_await wait_in_line();
        } else {
            outcome.failure = all_run();
        }
        if (!outcome.failure.empty()) {
            outcome.at_limit = !closed_;
            co_return outcome;
        }
    }
    outcome.to = take_warm();
    if (outcome.to) {
        outcome.to->set_owner(std::move(owner));
    } else {
        outcome.to = start(owner, outcome.failure);
    }
    co_return outcome;
}

std::string children::all_run() const {
    return "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
}

// ---- started ahead

void children::keep_warm(std::size_t count) {
    warm_wanted_ = count;
    refiller_->check();
}

void children::start_warm() {
    std::string failure;  // logged by start
    if (auto started = start({}, failure)) {
        warm_.push_back(std::move(started));
    } else {
        refiller_->note_failure();
    }
}

bool children::has_warm() const {
    return std::ranges::any_of(warm_, [](const auto& each) { return each->is_open(); });
}

// One that is ending stays: its end is that of one that nobody needed.
std::shared_ptr<link> children::take_warm() {
    const auto found = std::ranges::find_if(warm_, [](const auto& each) { return each->is_open(); });
    if (closed_ || found == warm_.end()) return nullptr;
    std::shared_ptr<link> out = std::move(*found);
    warm_.erase(found);
    refiller_->note_success();
    refiller_->check();
    return out;
}

// ---- places

// Gives nothing once there is a place; it is there until the next turn of the loop. Otherwise why there is none.
core::task<std::string> children::wait_in_line() {
    const auto deadline = core::clock::now() + bounds_.start_timeout;
    yield_one();
    place_in_line mine(*this);
    while (!closed_ && !mine.is_served() && core::clock::now() < deadline) co_await mine.called.wait_until(deadline);
    if (closed_) co_return stopping;
    if (mine.is_served()) co_return std::string();
    co_return all_run() + ", and none ended within " + std::to_string(bounds_.start_timeout.count()) + " ms";
}

void children::call_first_in_line() {
    if (!line_.empty()) line_.front()->called.notify();
}

std::vector<std::shared_ptr<reserve>> children::living_reserves() const {
    std::vector<std::shared_ptr<reserve>> out;
    for (const auto& each : reserves_) {
        if (auto living = each.lock()) out.push_back(std::move(living));
    }
    return out;
}

bool children::can_yield() const {
    return std::ranges::any_of(living_reserves(), [](const auto& each) { return each->can_yield(); });
}

void children::yield_one() {
    const auto all = living_reserves();
    const auto found = std::ranges::find_if(all, [](const auto& each) { return each->can_yield(); });
    if (found != all.end()) (*found)->yield();
}

children::census children::take_census() const {
    census out;
    for (const auto& each : links_) ++(each->is_open() ? out.open : out.closing);
    out.warm = static_cast<std::size_t>(std::ranges::count_if(warm_, [](const auto& each) { return each->is_open(); }));
    out.open -= out.warm;
    return out;
}

void children::check(core::clock::time_point now) {
    // One that is ended here leaves the list later, by a coroutine.
    for (const auto& each : links_) each->check(now);
}

// ---- the end

void children::close() {
    closed_ = true;
    refiller_->stop();
    for (const auto& each : living_reserves()) each->on_close();
    for (place_in_line* each : line_) each->called.notify();
}

void children::close_all(const std::string& reason) {
    close();
    for (const auto& each : links_) each->close(reason);
}

void children::kill_all() {
    close();
    for (const auto& each : links_) each->kill();
}

core::task<bool> children::wait_all_ended(core::clock::time_point deadline) {
    while (!links_.empty() && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
    co_return links_.empty();
}

}  // namespace bridge::child
