#include "bridge/child/children.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "bridge/child/first_start.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

constexpr const char* stopping = "the bridge is shutting down";

// Between two attempts of a claim during a shortage.
constexpr std::chrono::milliseconds shortage_pause{200};

}  // namespace

// A coroutine that waits for a turn of the loop in which it may start a process. The destructor wakes only the coroutine at the front.
class children::start_in_line {
public:
    explicit start_in_line(children& all) : called(all.executor_), starts_(all.starts_), at_(all.starts_.insert(all.starts_.end(), this)) {}
    ~start_in_line() {
        starts_.erase(at_);
        if (!starts_.empty()) starts_.front()->called.notify();
    }
    start_in_line(const start_in_line&) = delete;
    start_in_line& operator=(const start_in_line&) = delete;

    bool is_first() const { return starts_.front() == this; }

    core::event called;

private:
    std::list<start_in_line*>& starts_;
    std::list<start_in_line*>::iterator at_;
};

// A coroutine that waits for a moment to pass.
class children::pause {
public:
    explicit pause(children& all) : over(all.executor_), pauses_(all.pauses_), at_(all.pauses_.insert(all.pauses_.end(), this)) {}
    ~pause() { pauses_.erase(at_); }
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;

    core::event over;

private:
    std::list<pause*>& pauses_;
    std::list<pause*>::iterator at_;
};

children::children(core::executor executor, const process::command& command, const core::limits& bounds, const core::redactor& secrets,
                   core::memory_budget& memory)
    : executor_(executor), command_(command), bounds_(bounds), secrets_(secrets), memory_(memory), changed_(executor),
      health_(command.name, bounds, links_),
      refiller_(refiller::make(executor, {.lacks = [this] { return warm_.size() < warm_wanted_ && has_room(); },
                                          .add = [this] { start_warm(); },
                                          .next = [this] { return next_start(); }})),
      first_(executor, bounds, [this] { look_for_starts(); }), places_(executor, bounds, *this), shortage_(command) {}

children::~children() {
    refiller_->stop();
}

// ---- starting

granted<std::shared_ptr<link>> children::start(const std::weak_ptr<link_owner>& owner) {
    if (closed_) return refusal::closed(stopping);
    if (links_.size() >= bounds_.children) return refusal::at_limit(places_.report_full());
    // Since `acquire` began, another start may have become the trial of a crash loop.
    if (auto refused = current_refusal()) return std::move(*refused);
    process::launch_failure reason;
    auto child = process::child_process::start(executor_, command_, reason);
    if (!child && reason.is_shortage()) return refusal::at_limit(shortage_.record(reason), shortage::patience);
    health_.record_start();
    if (!child) {
        ++core::meters().child_starts_failed;
        std::string text = reason.text(command_.executable);
        spdlog::error("[{}] {}", command_.name, text);
        health_.record_failure(text);
        return refusal::failed(std::move(text));
    }
    ++core::meters().children_started;
    if (!child->note().empty() && !std::exchange(noted_, true)) {
        spdlog::info("[{}] '{}' has no permission to be executed: it {}", command_.name, command_.executable, child->note());
    }
    spdlog::info("[{}] started, process {}", command_.name, child->pid());
    std::shared_ptr<process_link> started = process_link::make(executor_, std::move(child), command_, bounds_, secrets_, owner, memory_.common());
    links_.push_back(started);
    run(started);
    return started;
}

core::task<granted<std::shared_ptr<link>>> children::start_patiently(std::weak_ptr<link_owner> owner) {
    const auto end = core::clock::now() + shortage::patience;
    granted<std::shared_ptr<link>> outcome = start(owner);
    while (!outcome && is_short() && core::clock::now() < end) {
        const bool goes_on = co_await pause_until(core::clock::now() + shortage_pause);
        if (goes_on) co_await wait_for_free_turn();
        outcome = start(owner);
    }
    co_return outcome;
}

void children::run(const std::shared_ptr<process_link>& started) {
    const core::coroutine_name named{"link.run", "the server process is killed, and its calls are answered with an error"};
    auto work = [self = alive_.refer(), started] { return run_and_note(self, started); };
    const auto fail = [self = alive_.refer(), started] {
        started->abandon();
        if (const auto living = self.lock()) living->record_gone(started);
    };
    core::spawn(executor_, named, std::move(work), fail);
}

core::task<void> children::run_and_note(std::weak_ptr<children> self, std::shared_ptr<process_link> started) {
    co_await process_link::run(started);
    if (const auto living = self.lock()) living->record_gone(started);
}

void children::record_gone(const std::shared_ptr<link>& gone) {
    if (std::erase(links_, gone) == 0) return;
    places_.release(*gone);
    ++(gone->was_closed() ? core::meters().children_ended : core::meters().children_died);
    health_.record_gone(*gone);
    if (std::erase(warm_, gone) > 0) health_.record_unused_end(*gone);
    first_.record_gone(*gone);
    changed_.notify();
    places_.call_first();
    for (const auto& each : places_.living_reserves()) each->on_child_end();
    refiller_->check();
}

core::task<granted<std::shared_ptr<link>>> children::acquire(std::weak_ptr<link_owner> owner, claim wanted) {
    first_process::start mine(first_, wanted.is_trial);
    std::optional<refusal> refused;
    if (!has_warm()) {
        refused = co_await wait_for_first(owner, mine);
        // Another claim could take the warm child meanwhile.
        if (!refused && !has_warm()) co_await wait_for_free_turn();
    }
    // Claims with later turns do not take the place away.
    if (!refused && !closed_ && !has_warm() && !places_.has_free(0)) {
        if (wanted.full != when_full::fail || places_.can_yield()) {
            refused = co_await places_.wait(owner, wanted);
        } else {
            refused = refusal::at_limit(places_.report_full());
        }
    }
    if (!refused && wanted.is_wanted && !wanted.is_wanted()) refused = refusal::not_needed();
    if (refused) {
        if (closed_) refused->reason = refusal::kind::closed;
        co_return std::move(*refused);
    }
    std::shared_ptr<link> acquired = acquire_warm();
    if (acquired) {
        acquired->set_owner(std::move(owner));
    } else {
        const granted<std::shared_ptr<link>> started = co_await start_patiently(owner);
        if (!started) co_return started;
        acquired = *started;
    }
    mine.attach(acquired);
    if (!wanted.principal.empty()) places_.assign(*acquired, wanted.principal);
    co_return acquired;
}

// Returns nothing if a child may be started, or if there is a warm one.
core::task<std::optional<refusal>> children::wait_for_first(std::weak_ptr<link_owner> owner, first_process::start& mine) {
    for (;;) {
        std::optional<refusal> refused = co_await wait_for_turn(health_.policy());
        if (refused || closed_ || has_warm() || mine.begin()) co_return refused;
        refused = co_await mine.wait(owner);
        if (refused) co_return refused;
    }
}

// A start blocks the loop for a millisecond or more. So each turn makes one start, and a crowd of sessions that starts at once does not block the
// other clients. Starts are served in the order of arrival; the wait lasts as long as the starts before it.
core::task<void> children::wait_for_free_turn() {
    start_in_line mine(*this);
    while (!mine.is_first()) co_await mine.called.wait_until(core::clock::time_point::max());
    // The start before this one may have been made in this turn.
    co_await boost::asio::post(executor_, core::nothrow);
}

void children::give_back(const std::shared_ptr<link>& unused, const std::string& reason) {
    places_.release(*unused);
    const bool is_unspoken = unused->accepts_calls() && unused->calls().minted() == 0;
    const bool is_kept = warm_.size() < warm_wanted_ || places_.has_waiting() || first_.follows(*unused);
    if (closed_ || !is_unspoken || !is_kept) return unused->close(reason);
    unused->set_owner({});
    warm_.push_back(unused);
    first_.take_back(*unused);
    places_.call_first();
}

// ---- started ahead

void children::keep_warm(std::size_t count) {
    warm_wanted_ = count;
    refiller_->check();
}

void children::start_first() {
    if (first_.state() == first_process_state::none && links_.empty()) start_warm();
}

void children::start_warm() {
    // A failure is logged and counted by start.
    const auto started = start({});
    if (!started) return;
    warm_.push_back(*started);
    first_.record_silent(*started);
}

bool children::has_warm() const {
    return std::ranges::any_of(warm_, [](const auto& each) { return each->accepts_calls(); });
}

std::size_t children::sparable() const {
    const auto ending = std::ranges::count_if(links_, [](const auto& each) { return !each->accepts_calls(); });
    const auto warm = std::ranges::count_if(warm_, [](const auto& each) { return each->accepts_calls(); });
    return static_cast<std::size_t>(ending + warm);
}

// A child that is already ending stays in `warm_`, so that its exit counts as that of an unused child.
std::shared_ptr<link> children::acquire_warm() {
    const auto found = std::ranges::find_if(warm_, [](const auto& each) { return each->accepts_calls(); });
    if (closed_ || found == warm_.end()) return nullptr;
    std::shared_ptr<link> out = std::move(*found);
    warm_.erase(found);
    refiller_->check();
    return out;
}

child_census children::take_census() const {
    child_census out;
    for (const auto& each : links_) ++(each->is_open() ? out.open : out.closing);
    out.warm = static_cast<std::size_t>(std::ranges::count_if(warm_, [](const auto& each) { return each->is_open(); }));
    out.open -= out.warm;
    return out;
}

void children::check(core::clock::time_point now) {
    // `check` may end a child; a coroutine removes that child from the list later.
    for (const auto& each : links_) each->check(now);
    places_.waiting().drop_unwanted();
    look_for_starts();
}

// ---- waiting for a start

std::optional<refusal> children::current_refusal() {
    return has_warm() ? std::nullopt : health_.current_refusal();
}

core::clock::time_point children::next_start() {
    return std::max({health_.next_start(), shortage_.end(), first_.next_start_ahead()});
}

void children::look_for_starts() {
    refiller_->check();
    for (const auto& each : places_.living_reserves()) each->look();
}

core::task<std::optional<refusal>> children::wait_for_turn(const restart_policy& policy) {
    const auto deadline = core::clock::now() + bounds_.start_timeout;
    for (;;) {
        health_.look_at_living();  // `policy` can be the policy of the command
        const auto now = core::clock::now();
        std::optional<refusal> refused = policy.refusal_at(now);
        const auto next = policy.next_start(now);
        if (closed_ || refused || next <= now) co_return refused;
        if (next > deadline) {
            refused = refusal::at_limit("the server fails and is started again with a delay; before: " + policy.last_failure(),
                                        std::chrono::ceil<std::chrono::milliseconds>(next - now));
            co_return refused;
        }
        co_await pause_until(next);
    }
}

core::task<bool> children::pause_until(core::clock::time_point moment) {
    pause mine(*this);
    while (!closed_ && core::clock::now() < moment) co_await mine.over.wait_until(moment);
    co_return !closed_;
}

// ---- the end

void children::close() {
    closed_ = true;
    refiller_->stop();
    for (pause* each : pauses_) each->over.notify();
    first_.close();
    places_.close();
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
