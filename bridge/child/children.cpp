#include "bridge/child/children.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

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

children::children(core::executor where, const command& what, const core::limits& bounds, const core::redactor& secrets,
                   core::memory_budget& memory)
    : where_(where),
      command_(what),
      bounds_(bounds),
      secrets_(secrets),
      memory_(memory),
      changed_(where),
      policy_(bounds),
      refiller_(refiller::make(where, {.lacks = [this] { return warm_.size() < warm_wanted_ && has_room(); },
                                       .add = [this] { start_warm(); },
                                       .next = [this] { return next_start(); }})) {}

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
    if (const auto refused = refusal()) {
        failure = refused->text;
        return nullptr;
    }
    policy_.note_start(core::clock::now());
    launch_failure reason;
    auto child = process::start(where_, command_, reason);
    if (!child) {
        ++core::meters().child_starts_failed;
        failure = reason.text(command_.executable);
        spdlog::error("[{}] {}", command_.name, failure);
        note_failure(failure);
        return nullptr;
    }
    ++core::meters().children_started;
    if (!child->note().empty() && !std::exchange(noted_, true)) {
        spdlog::info("[{}] '{}' has no permission to be executed: it {}", command_.name, command_.executable, child->note());
    }
    spdlog::info("[{}] started, process {}", command_.name, child->pid());
    auto started = link::make(where_, std::move(child), command_.name, bounds_, secrets_, owner, memory_.common());
    links_.push_back(started);
    boost::asio::co_spawn(where_, run(*this, started), boost::asio::detached);
    return started;
}

core::task<void> children::run(children& self, std::shared_ptr<link> started) {
    co_await link::run(started);
    ++(started->was_closed() ? core::meters().children_ended : core::meters().children_died);
    std::erase(self.links_, started);
    if (started->answered() > 1) self.worked_ = core::clock::now();
    if (std::erase(self.warm_, started) > 0) self.note_end_unused(*started);
    self.changed_.notify();
    self.call_first_in_line();
    for (const auto& each : self.living_reserves()) each->on_child_end();
    self.refiller_->check();
}

core::task<children::taken> children::take(std::weak_ptr<link_owner> owner, when_full full) {
    taken outcome;
    if (!has_warm()) {
        const std::optional<start_refusal> refused = co_await wait_for_turn(policy_);
        if (refused) {
            outcome.failure = refused->text;
            outcome.at_limit = !closed_;
            outcome.retry_after = refused->retry_after;
            co_return outcome;
        }
        co_await wait_for_free_turn();
    }
    // Those whose turn comes later take nothing away.
    if (!closed_ && !has_warm() && !has_place(0)) {
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

// A start holds up the loop for a millisecond or more: one in each turn, so that a crowd that comes at once stops nobody else. First
// come, first served; it lasts as long as the starts before it.
core::task<void> children::wait_for_free_turn() {
    const std::size_t mine = starts_wanted_++;
    while (mine != starts_allowed_) co_await boost::asio::post(where_, core::nothrow);
    // The one before may have been made in this turn.
    co_await boost::asio::post(where_, core::nothrow);
    ++starts_allowed_;
}

std::string children::all_run() const {
    core::meters().note_hit(core::bound::children);
    return "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
}

// ---- started ahead

void children::keep_warm(std::size_t count) {
    warm_wanted_ = count;
    refiller_->check();
}

void children::start_warm() {
    std::string failure;  // logged and counted by start
    if (auto started = start({}, failure)) warm_.push_back(std::move(started));
}

bool children::has_warm() const {
    return std::ranges::any_of(warm_, [](const auto& each) { return each->takes_calls(); });
}

// One that is ending stays: its end is that of one that nobody needed.
std::shared_ptr<link> children::take_warm() {
    const auto found = std::ranges::find_if(warm_, [](const auto& each) { return each->takes_calls(); });
    if (closed_ || found == warm_.end()) return nullptr;
    std::shared_ptr<link> out = std::move(*found);
    warm_.erase(found);
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

// ---- failures

void children::note_failure(std::string why) {
    if (policy_.note_failure(core::clock::now(), std::move(why))) log_loop();
}

void children::note_failed_opening(std::string why, bool with_proven_words) {
    if (with_proven_words) return note_failure(std::move(why));
    switch (policy_.note_doubtful_opening(core::clock::now(), std::move(why))) {
        case restart_policy::step::nothing: return;
        case restart_policy::step::log_loop: return log_loop();
        case restart_policy::step::try_own:
            if (on_suspicion_) on_suspicion_();
    }
}

void children::note_doubtful_end(const link& of) {
    note_living();
    const auto now = core::clock::now();
    if (worked_ && now - *worked_ < bounds_.short_life_window) return;
    if (policy_.note_failure(now, of.bare_end_reason(), false)) log_loop();
}

void children::log_loop() const {
    core::meters().note_hit(core::bound::short_lives);
    spdlog::error("[{}] keeps failing and is not started again for {} ms", command_.name, bounds_.crash_cool_down.count());
}

// Those that still serve say so only when they are looked at.
void children::note_living() {
    const auto now = core::clock::now();
    for (const auto& each : links_) {
        // The first answer is that to `initialize`.
        if (each->answered() > 1) worked_ = now;
        if (each->is_open() && each->opened_at() && now - *each->opened_at() >= bounds_.stable_after) {
            policy_.note_stable(*each->opened_at() + bounds_.stable_after);
        }
    }
}

bool children::note_end(const link& of) {
    if (!of.opened_at() || core::clock::now() - *of.opened_at() < bounds_.stable_after) return false;
    policy_.note_stable(*of.opened_at() + bounds_.stable_after);
    return true;
}

// Some servers do not wait for ever to be spoken to: one that waited for long is none that failed.
void children::note_end_unused(const link& of) {
    if (of.was_closed() || core::clock::now() - of.started_at() >= bounds_.stable_after) return;
    note_failure(of.end_reason());
}

std::optional<start_refusal> children::refusal() {
    note_living();
    return has_warm() ? std::nullopt : policy_.refusal(core::clock::now());
}

core::clock::time_point children::next_start() {
    note_living();
    return policy_.next_start(core::clock::now());
}

std::string children::trouble() {
    note_living();
    return policy_.trouble();
}

core::task<std::optional<start_refusal>> children::wait_for_turn(const restart_policy& of) {
    const auto deadline = core::clock::now() + bounds_.start_timeout;
    for (;;) {
        note_living();
        const auto now = core::clock::now();
        std::optional<start_refusal> refused = of.refusal(now);
        const auto next = of.next_start(now);
        if (closed_ || refused || next <= now) co_return refused;
        if (next > deadline) {
            refused = start_refusal{"the server fails and is started again with a delay; before: " + of.last_failure(),
                                    std::chrono::ceil<std::chrono::milliseconds>(next - now)};
            co_return refused;
        }
        co_await pause_until(next);
    }
}

core::task<bool> children::pause_until(core::clock::time_point moment) {
    core::event mine(where_);
    pauses_.push_back(&mine);
    while (!closed_ && core::clock::now() < moment) co_await mine.wait_until(moment);
    std::erase(pauses_, &mine);
    co_return !closed_;
}

// ---- the end

void children::close() {
    closed_ = true;
    refiller_->stop();
    for (core::event* each : pauses_) each->notify();
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
