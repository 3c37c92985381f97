#include "bridge/child/seat.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

constexpr std::string_view initialized_line = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

// Before a seat that opens itself tries again for a place.
constexpr std::chrono::milliseconds limit_pause{1'000};

// Of a child's error object, in a message.
constexpr std::size_t refusal_bytes = 300;

// Of the answer to `initialize`, which is read and kept for each session; instructions and icons fit.
constexpr std::size_t longest_answer = 1024 * 1024;

std::string not_initialised(const std::string& reason) {
    return "the server could not be initialised: " + reason;
}

jsonrpc::envelope initialize_request(std::string_view params) {
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("initialize")";
    message.params = params;
    return message;
}

}  // namespace

// Whoever opens the seat. If an exception keeps it from an outcome, those who wait for it are told so.
class seat::opener {
public:
    explicit opener(seat& of) : of_(of) {
        of_.last_ = refusal::failed("the bridge failed while it opened the server process");
        of_.settled_.expires_at(core::clock::time_point::max());
        of_.opening_ = true;
    }
    ~opener() {
        of_.opening_ = false;
        ++of_.openings_settled_;
        of_.settled_.cancel();
    }
    opener(const opener&) = delete;
    opener& operator=(const opener&) = delete;

private:
    seat& of_;
};

// A child whose start an exception has ended is ended too: no other can take its place before.
class seat::unfinished_start {
public:
    explicit unfinished_start(std::shared_ptr<link> of) : of_(std::move(of)), exceptions_(std::uncaught_exceptions()) {}
    ~unfinished_start() {
        if (of_ && std::uncaught_exceptions() > exceptions_) of_->break_off();
    }
    unfinished_start(const unfinished_start&) = delete;
    unfinished_start& operator=(const unfinished_start&) = delete;

private:
    std::shared_ptr<link> of_;
    int exceptions_;
};

// Waits for the answer to `initialize`.
class seat::first_answer final : public call_sink {
public:
    explicit first_answer(core::executor where) : settled(where) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        const std::size_t size = answer.contents().size();
        if (size > longest_answer) return on_lost("its answer to initialize has " + std::to_string(size) + " bytes, and may have 1 MiB");
        jsonrpc::append_raw(answer.kind == jsonrpc::message_kind::error ? error : result,
                            answer.kind == jsonrpc::message_kind::error ? answer.error : answer.result, answer.has_line_breaks);
        settled.notify();
    }
    // A server may send only pings and logs before it is initialised; a log has no reader yet.
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view reason) override {
        lost = reason;
        settled.notify();
    }

    std::string result;
    std::string error;
    std::string lost;
    core::event settled;
};

std::shared_ptr<seat> seat::make(core::executor where, children& from, const core::limits& bounds, handshake opening_words,
                                 std::weak_ptr<seat_owner> owner) {
    std::shared_ptr<seat> made(new seat(where, from, bounds, std::move(opening_words), std::move(owner)));
    made->self_ = made;
    made->handshake_charge_ = {made->payer(), core::memory_use::handshake};
    made->pay();
    return made;
}

seat::seat(core::executor where, children& from, const core::limits& bounds, handshake opening_words, std::weak_ptr<seat_owner> owner)
    : where_(where), children_(from), bounds_(bounds), handshake_(std::move(opening_words)), owner_(std::move(owner)), policy_(bounds),
      announce_again_(handshake_.announce), settled_(where) {}

seat::~seat() {
    close("nobody needs the server process any more");
}

// ---- opening

core::task<granted<std::shared_ptr<link>>> seat::open(std::shared_ptr<seat> self, when_full full) {
    while (self->current() == nullptr && self->opening_) {
        const bool waits_as_long = full == when_full::fail || self->opens_if_full_ != when_full::fail;
        const granted<std::shared_ptr<link>> others = co_await self->wait_for_other_opener();
        // The other opener did not wait for a place, but this one does.
        if (waits_as_long || others || !others.error().is_at_limit()) co_return others;
    }
    if (self->current() != nullptr) co_return self->link_;
    const opener mine(*self);
    self->opens_if_full_ = full;
    self->last_ = co_await self->start(full);
    co_return self->last_;
}

// Each of those who wait is woken once, when what it waits for is settled. The opener itself is bounded.
core::task<granted<std::shared_ptr<link>>> seat::wait_for_other_opener() {
    const std::size_t before = openings_settled_;
    while (openings_settled_ == before) co_await settled_.async_wait(core::nothrow);
    co_return last_;
}

core::task<granted<std::shared_ptr<link>>> seat::start(when_full full) {
    // The end of the last child is told first, and counted.
    if (const std::shared_ptr<link> last = link_) co_await last->wait_closing();
    if (state_ == state::open) state_ = state::empty;
    const std::optional<refusal> refused = co_await children_.wait_for_turn(policy_);
    if (closed_) co_return refusal::closed(*closed_);
    if (refused) co_return *refused;
    // Held here too: a child that ends early takes link_ away before this goes on.
    std::weak_ptr<link_owner> self = self_;
    claim what{.full = full};
    if (const auto owner = owner_.lock()) what.principal = owner->principal();
    const granted<std::shared_ptr<link>> acquired = co_await children_.acquire(std::move(self), std::move(what));
    const std::shared_ptr<link> started = acquired ? *acquired : nullptr;
    link_ = started;
    const unfinished_start mine(started);
    core::pass("seat.start");
    if (!started) co_return acquired;
    if (handshake_.is_shared) started->randomize_numbers(core::random_bits());
    if (closed_) {
        link_.reset();
        children_.give_back(started, *closed_);
        co_return refusal::closed(*closed_);
    }
    state_ = state::empty;
    const std::optional<refusal> failure = co_await initialise(*started);
    if (failure) {
        // What was ended before it could answer has not failed.
        const bool is_wanted = !closed_ && !children_.is_closed();
        spdlog::log(is_wanted ? spdlog::level::warn : spdlog::level::debug, "could not open the server: {}", failure->text);
        started->close(failure->text);
        co_return *failure;
    }
    if (announce_again_) started->notify_raw(initialized_line);
    repeated_requests settings;
    if (const auto owner = owner_.lock()) settings = owner->to_repeat();
    co_await repetition::run(where_, started, std::move(settings), bounds_);
    state_ = state::open;
    if (started->takes_calls()) co_return started;
    co_await started->wait_closing();
    co_return refusal::failed(started->end_reason());
}

// Nothing if the child answers `initialize` with a result.
core::task<std::optional<refusal>> seat::initialise(link& started) {
    const auto answer = std::make_shared<first_answer>(where_);
    const auto number = started.call(initialize_request(handshake_.params), answer);
    if (number) co_await answer->settled.wait_until(core::clock::now() + bounds_.start_timeout);
    std::optional<refusal> failure;
    if (!answer->result.empty()) {
        initialize_result_ = std::move(answer->result);
        pay();
        const auto now = core::clock::now();
        started.note_opened(now);
        children_.note_opened();
        // What failed before this would have been the command's doing.
        policy_.note_start(now);
        policy_.note_opened(now);
        co_return failure;
    }
    if (!answer->lost.empty() && started.is_open()) {
        // The process lives, and its answer was one that nobody can use: too long, whoever asks.
        failure = refusal::failed(not_initialised(answer->lost));
        children_.note_failure(failure->text);
        co_return failure;
    }
    if (!number || !answer->lost.empty()) {
        // If that was a failure, the link has said so.
        failure = refusal::failed(started.was_closed() ? started.end_reason() : not_initialised(started.end_reason()));
        co_return failure;
    }
    const bool is_refused = !answer->error.empty();
    if (is_refused) {
        failure = refusal::failed("the server answered initialize with an error: " + started.shown(answer->error, refusal_bytes));
        failure->reason = refusal::kind::refused_by_server;
        failure->server_error = std::move(answer->error);
    } else {
        core::meters().note_hit(core::bound::start_timeout);
        failure = refusal::failed("the server did not answer initialize in time (" + std::to_string(bounds_.start_timeout.count()) + " ms)" +
                                  started.last_output());
    }
    // What a client said can be the reason for a refusal.
    if (!is_refused || handshake_.is_own) children_.note_failed_opening(failure->text, has_proven_words());
    co_return failure;
}

std::optional<refusal> seat::current_refusal() const {
    if (current() != nullptr || opening_) return std::nullopt;
    auto refused = policy_.refusal_at(core::clock::now());
    return refused ? refused : children_.current_refusal();
}

std::string seat::trouble() {
    const link* const to = current();
    if (to != nullptr && core::clock::now() - *to->opened_at() >= bounds_.stable_after) {
        policy_.note_stable(*to->opened_at() + bounds_.stable_after);
    }
    return policy_.is_calm() ? std::string() : policy_.last_failure();
}

// ---- opening by itself

core::memory_account_ptr seat::payer() const {
    const auto owner = owner_.lock();
    core::memory_account_ptr own = owner ? owner->payer() : nullptr;
    return own ? own : children_.memory().common();
}

void seat::set_owner(std::weak_ptr<seat_owner> owner) {
    owner_ = std::move(owner);
    handshake_charge_.pay_from(payer());
    if (link_) link_->pay_from(payer());
}

void seat::pay() {
    handshake_charge_.set(core::capacity_of(handshake_.params) + core::capacity_of(initialize_result_));
}

bool seat::lacks_child() const {
    const auto owner = owner_.lock();
    return !closed_ && !is_asleep() && owner && owner->needs_child() && current() == nullptr;
}

void seat::ensure() {
    if (keeping_.is_under_way() || closed_ || is_asleep()) return;
    const core::coroutine_name named{"seat.keep", "the server process is started again with the next request"};
    auto work = [self = self_.lock(), keeping = keeping_.begin()]() mutable { return keep(self, std::move(keeping)); };
    core::spawn(where_, named, std::move(work), [] {});
}

core::task<granted<std::shared_ptr<link>>> seat::try_to_open(std::shared_ptr<seat> self) {
    std::exception_ptr failure;
    try {
        core::pass("seat.keep");
        co_return co_await open(self);
    } catch (...) {
        failure = std::current_exception();
    }
    core::note_failure({"seat.keep", "it is tried again"}, failure);
    co_return refusal::at_limit("the bridge failed while it opened the server process");
}

core::task<void> seat::keep(std::shared_ptr<seat> self, core::activity::token) {
    // In a turn of its own: the end of the last child is to be told first, and a stream that is being opened has its reader.
    co_await boost::asio::post(self->where_, core::nothrow);
    while (self->lacks_child()) {
        const granted<std::shared_ptr<link>> opened = co_await try_to_open(self);
        if (opened) break;
        const refusal why = opened.error();
        // The server would refuse the handshake again.
        if (why.reason == refusal::kind::refused_by_server) break;
        // A failure makes the next try wait by itself; a limit does not.
        const auto pause = why.is_at_limit() ? std::max(why.retry_after.value_or(limit_pause), limit_pause) : std::chrono::milliseconds(0);
        const bool goes_on = co_await self->children_.pause_until(core::clock::now() + pause);
        if (!goes_on) break;
    }
}

// ---- the child

void seat::close(const std::string& reason) {
    if (!closed_) closed_ = reason;
    if (opening_) children_.withdraw(*this);
    if (link_ && link_->is_open()) {
        children_.note_end(*link_);
        children_.release(*link_);
        link_->close(reason);
    }
}

void seat::sleep(const std::string& reason) {
    const std::shared_ptr<link> ending = std::exchange(link_, nullptr);
    state_ = state::asleep;
    children_.note_end(*ending);
    children_.release(*ending);
    // Nothing that it still says concerns anybody, and a question of its could not be answered.
    ending->set_owner({});
    ending->close(reason);
}

void seat::on_notification(link& from, const jsonrpc::envelope& message) {
    if (const auto owner = owner_.lock()) owner->on_child_notification(from, message);
}

void seat::on_request(link& from, const jsonrpc::envelope& message) {
    const auto owner = owner_.lock();
    if (!owner) return from.refuse(message.id, jsonrpc::error_code::method_not_found, "Method not found");
    owner->on_child_request(from, message);
}

// What a child says before it has answered `initialize` is about no client's call.
bool seat::serves_several() const {
    const auto owner = owner_.lock();
    return state_ == state::open && owner && owner->serves_several();
}

void seat::on_failure(link& from) {
    // Its first call was `initialize`.
    const bool was_called = from.calls().minted() > 1;
    if (!from.opened_at()) {
        children_.note_failed_opening(not_initialised(from.end_reason()), has_proven_words());
    } else if (children_.note_end(from)) {
        policy_.note_stable(*from.opened_at() + bounds_.stable_after);
    } else if (was_called) {
        // Once for each seat, so that one client alone, whatever it calls, makes no crash loop for all.
        if (from.answered() == 1 && !std::exchange(was_doubtful_, true)) children_.note_doubtful_end(from);
        if (policy_.note_failure(core::clock::now(), from.end_reason())) {
            spdlog::warn("[{}] keeps ending on its calls and is not started again for {} ms for those who made them", children_.name(),
                         bounds_.crash_cool_down.count());
        }
    } else {
        children_.note_failure(from.end_reason());
    }
    const auto owner = owner_.lock();
    if (!owner) return;
    owner->on_child_failure(from);
    if (owner->needs_child()) ensure();
}

void seat::on_end(link& from) {
    if (link_.get() == &from) link_.reset();
}

}  // namespace bridge::child
