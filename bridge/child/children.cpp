#include "bridge/child/children.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

constexpr const char* stopping = "the bridge is shutting down";

// A shortage of descriptors, processes or memory often passes soon, because connections and other processes end. A claim for a child retries for this
// long before it is refused for the moment.
using namespace std::chrono_literals;
constexpr auto shortage_patience = 1s;
constexpr auto shortage_pause = 200ms;
constexpr auto shortage_log_interval = 5s;

}  // namespace

// A coroutine that waits for a turn of the loop in which it may start a process. The destructor wakes only the coroutine at the front.
class children::start_in_line {
public:
    explicit start_in_line(children& of) : called(of.where_), starts_(of.starts_), at_(of.starts_.insert(of.starts_.end(), this)) {}
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
    explicit pause(children& of) : over(of.where_), pauses_(of.pauses_), at_(of.pauses_.insert(of.pauses_.end(), this)) {}
    ~pause() { pauses_.erase(at_); }
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;

    core::event over;

private:
    std::list<pause*>& pauses_;
    std::list<pause*>::iterator at_;
};

children::children(core::executor where, const process::command& what, const core::limits& bounds, const core::redactor& secrets,
                   core::memory_budget& memory)
    : where_(where), command_(what), bounds_(bounds), secrets_(secrets), memory_(memory), changed_(where), policy_(bounds),
      refiller_(refiller::make(where, {.lacks = [this] { return warm_.size() < warm_wanted_ && has_room(); },
                                       .add = [this] { start_warm(); },
                                       .next = [this] { return next_start(); }})),
      shares_(bounds.children) {}

children::~children() {
    refiller_->stop();
}

// ---- starting

granted<std::shared_ptr<link>> children::start(const std::weak_ptr<link_owner>& owner) {
    if (closed_) return refusal::closed(stopping);
    if (links_.size() >= bounds_.children) return refusal::at_limit(all_run());
    // Since `acquire` began, another start may have become the trial of a crash loop.
    if (auto refused = current_refusal()) return std::move(*refused);
    process::launch_failure reason;
    auto child = process::child_process::start(where_, command_, reason);
    if (!child && reason.is_shortage()) return refusal::at_limit(note_shortage(reason), shortage_patience);
    policy_.note_start(core::clock::now());
    if (!child) {
        ++core::meters().child_starts_failed;
        std::string text = reason.text(command_.executable);
        spdlog::error("[{}] {}", command_.name, text);
        note_failure(text);
        return refusal::failed(std::move(text));
    }
    ++core::meters().children_started;
    if (!child->note().empty() && !std::exchange(noted_, true)) {
        spdlog::info("[{}] '{}' has no permission to be executed: it {}", command_.name, command_.executable, child->note());
    }
    spdlog::info("[{}] started, process {}", command_.name, child->pid());
    std::shared_ptr<link> started = link::make(where_, std::move(child), command_.name, bounds_, secrets_, owner, memory_.common());
    links_.push_back(started);
    run(started);
    return started;
}

core::task<granted<std::shared_ptr<link>>> children::start_patiently(std::weak_ptr<link_owner> owner) {
    const auto end = core::clock::now() + shortage_patience;
    granted<std::shared_ptr<link>> outcome = start(owner);
    while (!outcome && is_short() && core::clock::now() < end) {
        const bool goes_on = co_await pause_until(core::clock::now() + shortage_pause);
        if (goes_on) co_await wait_for_free_turn();
        outcome = start(owner);
    }
    co_return outcome;
}

// A shortage of the bridge is no failure of the server, so it is not counted as one. Returns the text for the client.
std::string children::note_shortage(const process::launch_failure& of) {
    const auto now = core::clock::now();
    ++core::meters().child_starts_failed;
    if (of.is_shortage_of_descriptors()) core::meters().note_hit(core::bound::descriptors);
    std::string text = "the bridge is short of " + std::string(of.is_shortage_of_descriptors() ? "file descriptors" : "processes or memory") + ": " +
                       of.text(command_.executable);
    if (now >= next_shortage_log_) {
        next_shortage_log_ = now + shortage_log_interval;
        spdlog::error("[{}] {}; it is tried again", command_.name, text);
    }
    short_until_ = now + shortage_patience;
    return text;
}

void children::run(const std::shared_ptr<link>& started) {
    const core::coroutine_name named{"link.run", "the server process is killed, and its calls are answered with an error"};
    auto work = [self = alive_.refer(), started] { return run_and_note(self, started); };
    const auto fail = [self = alive_.refer(), started] {
        started->abandon();
        if (const auto living = self.lock()) living->note_gone(started);
    };
    core::spawn(where_, named, std::move(work), fail);
}

core::task<void> children::run_and_note(std::weak_ptr<children> self, std::shared_ptr<link> started) {
    co_await link::run(started);
    if (const auto living = self.lock()) living->note_gone(started);
}

void children::note_gone(const std::shared_ptr<link>& which) {
    if (std::erase(links_, which) == 0) return;
    release(*which);
    ++(which->was_closed() ? core::meters().children_ended : core::meters().children_died);
    if (which->answered() > 1) worked_ = core::clock::now();
    if (std::erase(warm_, which) > 0) note_end_unused(*which);
    changed_.notify();
    call_first_in_line();
    for (const auto& each : living_reserves()) each->on_child_end();
    refiller_->check();
}

core::task<granted<std::shared_ptr<link>>> children::acquire(std::weak_ptr<link_owner> owner, claim what) {
    std::optional<refusal> refused;
    if (!has_warm()) {
        refused = co_await wait_for_turn(policy_);
        if (!refused) co_await wait_for_free_turn();
    }
    // Claims with later turns do not take the place away.
    if (!refused && !closed_ && !has_warm() && !has_place(0)) {
        if (what.full != when_full::fail || can_yield()) {
            refused = co_await wait_in_line(owner, what);
        } else {
            refused = refusal::at_limit(all_run());
        }
    }
    if (refused) {
        if (closed_) refused->reason = refusal::kind::closed;
        co_return std::move(*refused);
    }
    std::shared_ptr<link> acquired = take_warm();
    if (acquired) {
        acquired->set_owner(std::move(owner));
    } else {
        const granted<std::shared_ptr<link>> started = co_await start_patiently(owner);
        if (!started) co_return started;
        acquired = *started;
    }
    if (!what.principal.empty()) note_holder(*acquired, what.principal);
    co_return acquired;
}

// A child without an entry here would count for no principal. If there is no memory for the entry, the child is ended.
void children::note_holder(link& of, const std::string& principal) {
    try {
        holders_.emplace(&of, shares_.hold(principal));
    } catch (...) {
        of.break_off();
        throw;
    }
}

// A start blocks the loop for a millisecond or more. So each turn makes one start, and a crowd of sessions that starts at once does not block the
// other clients. Starts are served in the order of arrival; the wait lasts as long as the starts before it.
core::task<void> children::wait_for_free_turn() {
    start_in_line mine(*this);
    while (!mine.is_first()) co_await mine.called.wait_until(core::clock::time_point::max());
    // The start before this one may have been made in this turn.
    co_await boost::asio::post(where_, core::nothrow);
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
    // A failure is logged and counted by start.
    if (const auto started = start({})) warm_.push_back(*started);
}

bool children::has_warm() const {
    return std::ranges::any_of(warm_, [](const auto& each) { return each->takes_calls(); });
}

// A child that is already ending stays in `warm_`, so that its exit counts as that of an unused child.
std::shared_ptr<link> children::take_warm() {
    const auto found = std::ranges::find_if(warm_, [](const auto& each) { return each->takes_calls(); });
    if (closed_ || found == warm_.end()) return nullptr;
    std::shared_ptr<link> out = std::move(*found);
    warm_.erase(found);
    refiller_->check();
    return out;
}

children::census children::take_census() const {
    census out;
    for (const auto& each : links_) ++(each->is_open() ? out.open : out.closing);
    out.warm = static_cast<std::size_t>(std::ranges::count_if(warm_, [](const auto& each) { return each->is_open(); }));
    out.open -= out.warm;
    return out;
}

void children::check(core::clock::time_point now) {
    // `check` may end a child; a coroutine removes that child from the list later.
    for (const auto& each : links_) each->check(now);
    refiller_->check();
    for (const auto& each : living_reserves()) each->look();
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

// Children that still serve report nothing by themselves, so this function looks at them.
void children::note_living() {
    const auto now = core::clock::now();
    for (const auto& each : links_) {
        // The first answer is the answer to `initialize`.
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

// Some servers exit if no message arrives for a long time. A child that was unused for that long has not failed.
void children::note_end_unused(const link& of) {
    if (of.was_closed() || core::clock::now() - of.started_at() >= bounds_.stable_after) return;
    note_failure(of.end_reason());
}

std::optional<refusal> children::current_refusal() {
    note_living();
    return has_warm() ? std::nullopt : policy_.refusal_at(core::clock::now());
}

core::clock::time_point children::next_start() {
    note_living();
    return std::max(policy_.next_start(core::clock::now()), short_until_);
}

std::string children::trouble() {
    note_living();
    return policy_.trouble();
}

core::task<std::optional<refusal>> children::wait_for_turn(const restart_policy& of) {
    const auto deadline = core::clock::now() + bounds_.start_timeout;
    for (;;) {
        note_living();
        const auto now = core::clock::now();
        std::optional<refusal> refused = of.refusal_at(now);
        const auto next = of.next_start(now);
        if (closed_ || refused || next <= now) co_return refused;
        if (next > deadline) {
            refused = refusal::at_limit("the server fails and is started again with a delay; before: " + of.last_failure(),
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
    for (const auto& each : living_reserves()) each->on_close();
    call_all_in_line();
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
