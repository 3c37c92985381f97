#include "bridge/child/child_slot.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

#include "bridge/child/changed_lists.hpp"
#include "bridge/child/initialiser.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

constexpr std::string_view initialized_line = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

// The pause before a slot that opens itself tries again for a place.
constexpr std::chrono::milliseconds limit_pause{1'000};

// A child that was ended before it could answer, because nobody wants it any more, has not failed.
void log_failed_opening(const std::string& reason, bool is_wanted) {
    spdlog::log(is_wanted ? spdlog::level::warn : spdlog::level::debug, "could not open the server: {}", reason);
}

}  // namespace

// An attempt to open the slot. If an exception keeps it from an outcome, the callers that wait for it are told so.
class child_slot::opener {
public:
    explicit opener(child_slot& slot) : slot_(slot) {
        slot_.attempt_ = std::make_shared<granted<std::shared_ptr<link>>>(refusal::failed("the bridge failed while it opened the server process"));
        slot_.settled_.expires_at(core::clock::time_point::max());
        slot_.state_.enter(slot_.is_asleep() ? state::waking : state::opening);
    }
    ~opener() {
        if (slot_.state_.is(state::opening)) slot_.state_.enter(state::empty);
        if (slot_.state_.is(state::waking)) slot_.state_.enter(state::asleep);
        ++slot_.openings_settled_;
        slot_.settled_.cancel();
    }
    opener(const opener&) = delete;
    opener& operator=(const opener&) = delete;

private:
    child_slot& slot_;
};

// Ends the child if an exception ends its start: another child could not get its place before.
class child_slot::unfinished_start {
public:
    explicit unfinished_start(std::shared_ptr<link> started) : started_(std::move(started)), exceptions_(std::uncaught_exceptions()) {}
    ~unfinished_start() {
        if (started_ && std::uncaught_exceptions() > exceptions_) started_->break_off();
    }
    unfinished_start(const unfinished_start&) = delete;
    unfinished_start& operator=(const unfinished_start&) = delete;

private:
    std::shared_ptr<link> started_;
    int exceptions_;
};

std::shared_ptr<child_slot> child_slot::make(core::executor executor, children& children, const core::limits& bounds, handshake words,
                                             std::weak_ptr<slot_owner> owner, call_numbers numbers) {
    std::shared_ptr<child_slot> made(new child_slot(executor, children, bounds, std::move(words), std::move(owner), numbers));
    made->self_ = made;
    made->handshake_charge_ = {made->payer(), core::memory_use::handshake};
    made->pay();
    return made;
}

child_slot::child_slot(core::executor executor, children& children, const core::limits& bounds, handshake words, std::weak_ptr<slot_owner> owner,
                       call_numbers numbers)
    : executor_(executor), children_(children), bounds_(bounds), handshake_(std::move(words)), numbers_(numbers), owner_(std::move(owner)),
      policy_(bounds), settled_(executor) {
    const auto* const legacy = std::get_if<legacy_handshake>(&handshake_);
    announce_again_ = legacy != nullptr && legacy->announce;
}

child_slot::~child_slot() {
    close("nobody needs the server process any more");
}

// ---- opening

core::task<granted<std::shared_ptr<link>>> child_slot::open(std::shared_ptr<child_slot> self, when_full full, std::function<bool()> is_wanted) {
    const wishes::wish wanted(self->wishes_, std::move(is_wanted));
    while (self->current() == nullptr && self->is_being_opened()) {
        const bool waits_as_long = full == when_full::fail || self->opens_if_full_ != when_full::fail;
        const granted<std::shared_ptr<link>> others = co_await self->wait_for_other_opener();
        // The other opener did not wait for a place, but this one does.
        if (waits_as_long || others || !others.error().is_at_limit()) co_return others;
    }
    if (self->current() != nullptr) co_return self->link_;
    if (self->is_closed()) co_return refusal::closed(self->close_reason_);
    const opener mine(*self);
    self->opens_if_full_ = full;
    const auto outcome = self->attempt_;
    *outcome = co_await self->start(full);
    co_return *outcome;
}

// Each waiting coroutine is woken once, when the attempt that it waits for has ended. The attempt itself is bounded.
core::task<granted<std::shared_ptr<link>>> child_slot::wait_for_other_opener() {
    // Another attempt may have begun before this coroutine goes on.
    const auto outcome = attempt_;
    const std::size_t before = openings_settled_;
    while (openings_settled_ == before) co_await settled_.async_wait(core::nothrow);
    co_return *outcome;
}

core::task<granted<std::shared_ptr<link>>> child_slot::start(when_full full) {
    // The end of the last child is reported first, and counted.
    if (const std::shared_ptr<link> last = link_) co_await last->wait_closing();
    const std::optional<refusal> refused = co_await children_.wait_for_turn(policy_);
    if (is_closed()) co_return refusal::closed(close_reason_);
    if (refused) co_return *refused;
    command_era& era = children_.era();
    opening_era first{.translator = era.translator()};
    granted<std::shared_ptr<link>> opened = co_await start_one(full, first);
    if (opened || is_closed()) co_return opened;
    opening_era second{.is_try = opened.error().is_try_due};
    // The outcome of another user's try counts here too. The process that is tried may need the place of the one that has failed.
    const bool may_learn = first.translator == nullptr && !second.is_try && !opened.error().is_at_limit();
    if (may_learn) co_await era.wait_for_try(executor_, core::clock::now() + bounds_.start_timeout);
    if (is_closed()) co_return opened;
    second.translator = second.is_try ? era.modern_translator_of_try() : era.translator();
    if (second.translator == first.translator) co_return opened;
    // The process does not speak the era in which it was opened. It keeps its place until it has ended.
    std::optional<core::activity::token> tried_by_all;
    std::optional<core::activity::token> tried_here;
    if (second.is_try) {
        tried_by_all.emplace(era.begin_try());
        tried_here.emplace(trying_.begin());
    }
    const bool was_try = second.is_try;
    granted<std::shared_ptr<link>> of_other_era = co_await start_one(when_full::wait, second);
    // Of a server of neither era, the error of the handshake that most servers have says the most.
    const bool says_first = !of_other_era && first.translator == nullptr && (was_try || !era.learnt());
    const bool is_logged = !says_first && era.translator() == second.translator;
    const granted<std::shared_ptr<link>>& outcome = says_first ? opened : of_other_era;
    if (!outcome && !is_logged) log_failed_opening(outcome.error().text, !is_closed() && !children_.is_closed());
    co_return outcome;
}

// Sets `chosen` to the era in which the process was opened: another process may have taught it during the wait for a place.
core::task<granted<std::shared_ptr<link>>> child_slot::start_one(when_full full, opening_era& chosen) {
    // Held here too: if the child ends early, `on_end` resets link_ before this coroutine continues.
    std::weak_ptr<link_owner> self = self_;
    const std::string principal = holder();
    claim what{.principal = principal, .full = full, .is_wanted = wishes_.watch(self_)};
    const auto* const words = std::get_if<legacy_handshake>(&handshake_);
    what.is_trial = words != nullptr && words->is_trial;
    const bool has_new_lists = words != nullptr && words->follows_loss && words->wants_changes;
    const granted<std::shared_ptr<link>> acquired = co_await children_.acquire(std::move(self), std::move(what));
    std::shared_ptr<link> started = acquired ? *acquired : nullptr;
    set_link(started);
    const unfinished_start mine(started);
    core::pass("child_slot.start");
    if (!started) co_return acquired;
    if (principal != holder()) children_.places().assign(started->base(), holder());
    if (numbers_ == call_numbers::random) started->randomize_numbers(core::random_bits());
    if (is_closed()) {
        set_link(nullptr);
        children_.give_back(started, close_reason_);
        co_return refusal::closed(close_reason_);
    }
    state_.enter(state::opening);
    if (!chosen.is_try || children_.era().learnt()) chosen = {.translator = children_.era().translator()};
    const std::optional<refusal> failure = co_await shake_hands(started, chosen);
    if (failure) {
        const bool may_be_of_other_era = failure->is_try_due || children_.era().translator() != chosen.translator;
        if (may_be_of_other_era) {
            // If no other process can be opened, `start` logs that.
            spdlog::info("[{}] was not opened in the {} era: {}", children_.name(), chosen.translator ? "modern" : "legacy", failure->text);
            started->set_disposable();
        } else {
            log_failed_opening(failure->text, !is_closed() && !children_.is_closed());
        }
        started->close(failure->text);
        co_return *failure;
    }
    if (announce_again_) started->notify_raw(initialized_line);
    co_await report(*started);
    own_requests settings;
    if (const auto owner = owner_.lock()) settings = owner->to_repeat();
    co_await repetition::run(executor_, started, std::move(settings), bounds_);
    if (!is_closed()) state_.enter(state::open);
    // The link to a child of the modern era reports them itself, once it watches the lists.
    if (has_new_lists && discover_result_.empty()) report_changed_lists(*started, *this, initialize_result_);
    if (started->accepts_calls()) co_return started;
    co_await started->wait_closing();
    co_return refusal::failed(started->end_reason());
}

// Returns nothing if calls may be sent to `started` afterwards.
core::task<std::optional<refusal>> child_slot::shake_hands(std::shared_ptr<link>& started, opening_era chosen) {
    if (auto* const words = std::get_if<legacy_handshake>(&handshake_)) {
        const initialiser greeting(executor_, children_, bounds_);
        granted<opened_child> opened = co_await greeting.run(started, *words, has_proven_words(), chosen);
        if (!opened) co_return opened.error();
        words->follows_loss = false;
        started = opened->shown;
        if (&started->base() != started.get()) started->set_owner(self_);
        set_link(started);
        initialize_result_ = std::move(opened->initialize_result);
        discover_result_ = std::move(opened->discover_result);
        children_.answer().record(initialize_result_, discover_result_);
        pay();
    } else {
        children_.first().record_answer(*started);
    }
    const auto now = core::clock::now();
    started->record_opened(now);
    started->base().record_opened(now);
    children_.health().record_opened();
    // A failure before this moment would have counted against the command.
    policy_.record_start(now);
    policy_.record_opened(now);
    co_return std::nullopt;
}

// The bridge asks the server for its tools only in a trial, while nobody waits: only then are the words its own and the time nobody's.
core::task<void> child_slot::report(link& started) {
    const auto* const words = std::get_if<legacy_handshake>(&handshake_);
    if (words == nullptr) co_return;
    const bool may_ask = words->is_own && children_.first().is_on_trial() && !children_.first().is_wanted();
    co_await children_.first().report().log_once(started, initialize_result_, may_ask);
}

// Proven words cannot be the reason why a child fails.
bool child_slot::has_proven_words() const {
    const auto* const words = std::get_if<legacy_handshake>(&handshake_);
    return words == nullptr || words->is_own || !initialize_result_.empty();
}

std::optional<refusal> child_slot::current_refusal() const {
    if (current() != nullptr || is_being_opened()) return std::nullopt;
    auto refused = policy_.refusal_at(core::clock::now());
    return refused ? refused : children_.current_refusal();
}

std::string child_slot::unresolved_failure() {
    const link* const to = current();
    if (to != nullptr && core::clock::now() - *to->opened_at() >= bounds_.stable_after) {
        policy_.record_stable(*to->opened_at() + bounds_.stable_after);
    }
    return policy_.is_calm() ? std::string() : policy_.last_failure();
}

// ---- opening by itself

core::memory_account_ptr child_slot::payer() const {
    const auto owner = owner_.lock();
    core::memory_account_ptr own = owner ? owner->payer() : nullptr;
    return own ? own : children_.memory().common();
}

void child_slot::set_owner(std::weak_ptr<slot_owner> owner, std::string principal) {
    owner_ = std::move(owner);
    holder_ = std::move(principal);
    handshake_charge_.pay_from(payer());
    if (!link_) return;
    link_->pay_from(payer());
    if (link_->is_open()) children_.places().assign(link_->base(), *holder_);
}

std::string child_slot::holder() const {
    if (holder_) return *holder_;
    const auto owner = owner_.lock();
    return owner ? std::string(owner->principal()) : std::string();
}

void child_slot::pay() {
    const auto* const words = std::get_if<legacy_handshake>(&handshake_);
    const std::size_t results = core::capacity_of(initialize_result_) + core::capacity_of(discover_result_);
    handshake_charge_.set((words != nullptr ? core::capacity_of(words->params) : 0) + results);
}

bool child_slot::lacks_child() const {
    const auto owner = owner_.lock();
    return !is_closed() && !is_asleep() && owner && owner->needs_child() && current() == nullptr;
}

void child_slot::ensure() {
    if (keeping_.is_under_way() || is_closed() || is_asleep()) return;
    const core::coroutine_name named{"child_slot.keep", "the server process is started again with the next request"};
    auto work = [self = self_.lock(), keeping = keeping_.begin()]() mutable { return keep(self, std::move(keeping)); };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<granted<std::shared_ptr<link>>> child_slot::try_to_open(std::shared_ptr<child_slot> self) {
    std::exception_ptr failure;
    try {
        core::pass("child_slot.keep");
        std::function<bool()> is_wanted = [weak = std::weak_ptr(self)] {
            const auto living = weak.lock();
            return living && living->lacks_child();
        };
        co_return co_await open(self, when_full::fail, std::move(is_wanted));
    } catch (...) {
        failure = std::current_exception();
    }
    core::report_failure({"child_slot.keep", "it is tried again"}, failure);
    co_return refusal::at_limit("the bridge failed while it opened the server process");
}

core::task<void> child_slot::keep(std::shared_ptr<child_slot> self, core::activity::token) {
    // In a turn of its own, so that the end of the last child is reported first, and a stream that is being opened has its reader.
    co_await boost::asio::post(self->executor_, core::nothrow);
    while (self->lacks_child()) {
        const granted<std::shared_ptr<link>> opened = co_await try_to_open(self);
        if (opened) break;
        const refusal why = opened.error();
        // The server would refuse the handshake again.
        if (why.reason == refusal::kind::refused_by_server || !self->lacks_child()) break;
        // After a failure the restart policy delays the next attempt; after a limit it does not.
        const auto pause = why.is_at_limit() ? std::max(why.retry_after.value_or(limit_pause), limit_pause) : std::chrono::milliseconds(0);
        const bool goes_on = co_await self->children_.pause_until(core::clock::now() + pause);
        if (!goes_on) break;
    }
}

// ---- the child

void child_slot::set_link(std::shared_ptr<link> next) {
    const bool is_change = (next == nullptr) != (link_ == nullptr);
    link_ = std::move(next);
    if (is_change && on_child_) on_child_(has_child());
}

void child_slot::close(const std::string& reason) {
    if (is_being_opened()) {
        children_.first().withdraw(*this);
        children_.places().withdraw(*this);
    }
    if (!is_closed()) close_reason_ = reason;
    state_.enter(state::closed);
    if (link_ && link_->is_open()) {
        children_.health().record_end(*link_);
        children_.places().release(link_->base());
        link_->close(reason);
    }
}

void child_slot::sleep(const std::string& reason) {
    const std::shared_ptr<link> ending = link_;
    set_link(nullptr);
    state_.enter(state::asleep);
    children_.health().record_end(*ending);
    children_.places().release(ending->base());
    // No client needs the messages that the child still writes, and its requests could not be answered.
    ending->set_owner({});
    ending->close(reason);
}

void child_slot::on_notification(link& source, const jsonrpc::envelope& message) {
    if (const auto owner = owner_.lock()) owner->on_child_notification(source, message);
}

void child_slot::on_request(link& source, const jsonrpc::envelope& message) {
    const auto owner = owner_.lock();
    if (!owner) return source.refuse(message.id, jsonrpc::error_code::method_not_found, "Method not found");
    owner->on_child_request(source, message);
}

// A child writes nothing about a client's call before its handshake is done.
bool child_slot::serves_several() const {
    const auto owner = owner_.lock();
    return link_ && link_->opened_at() && owner && owner->serves_several();
}

void child_slot::on_failure(link& source) {
    if (auto* const words = std::get_if<legacy_handshake>(&handshake_); words != nullptr && source.opened_at()) words->follows_loss = true;
    if (!source.opened_at()) {
        // A failed try of the other era counts against nothing.
        if (!trying_.is_under_way()) children_.health().record_failed_opening(not_initialised(source.end_reason()), has_proven_words());
    } else if (children_.health().record_end(source)) {
        policy_.record_stable(*source.opened_at() + bounds_.stable_after);
    } else if (source.was_called()) {
        // Once for each slot, so that one client alone, whatever it calls, makes no crash loop for all.
        if (!source.has_answered_calls() && !std::exchange(was_doubtful_, true)) children_.health().record_doubtful_end(source);
        if (policy_.record_failure(core::clock::now(), source.end_reason())) {
            spdlog::warn("[{}] keeps ending on its calls and is not started again for {} ms for those who made them", children_.name(),
                         bounds_.crash_cool_down.count());
        }
    } else {
        children_.health().record_failure(source.end_reason());
    }
    const auto owner = owner_.lock();
    if (!owner) return;
    owner->on_child_failure(source);
    if (owner->needs_child()) ensure();
}

void child_slot::on_end(link& source) {
    if (link_.get() == &source) set_link(nullptr);
}

}  // namespace bridge::child
