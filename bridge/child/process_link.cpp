#include "bridge/child/process_link.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>

#include "bridge/child/fair_share.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/process/passing_advice.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

// The process has ended, but its last output is still in the pipe. A grandchild can hold the pipe open, and must not delay the answers.
constexpr auto last_output_wait = 250ms;

constexpr const char* failure_reason = "the bridge failed while it talked to the server process, and has ended it";

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

process_link::process_link(core::executor executor, std::unique_ptr<process::child_process> child, const process::command& command,
                           const core::limits& bounds, const core::redactor& secrets, std::weak_ptr<link_owner> owner,
                           core::memory_account_ptr common)
    : executor_(executor), process_(std::move(child)), name_(command.name), withheld_(command.withheld), bounds_(bounds), secrets_(secrets),
      owner_(std::move(owner)), common_(std::move(common)), liveness_(bounds, core::clock::now()), throttle_(name_, bounds.log_lines),
      input_(executor, bounds, echo_, [this](std::string reason) { start_closing(std::move(reason)); }),
      output_(executor, bounds, name_, secrets, throttle_, echo_, *this), errors_(name_, secrets, bounds.stderr_line_bytes, throttle_),
      changed_(executor), closing_(executor) {}

std::shared_ptr<process_link> process_link::make(core::executor executor, std::unique_ptr<process::child_process> child,
                                                 const process::command& command, const core::limits& bounds, const core::redactor& secrets,
                                                 std::weak_ptr<link_owner> owner, core::memory_account_ptr common) {
    std::shared_ptr<process_link> made(new process_link(executor, std::move(child), command, bounds, secrets, std::move(owner), std::move(common)));
    made->pay_from(made->payer());
    return made;
}

void process_link::set_owner(std::weak_ptr<link_owner> owner) {
    owner_ = std::move(owner);
    pay_from(payer());
}

core::memory_account_ptr process_link::payer() const {
    const auto owner = owner_.lock();
    core::memory_account_ptr own = owner ? owner->payer() : nullptr;
    return own ? own : common_;
}

void process_link::pay_from(const core::memory_account_ptr& account) {
    if (!account) return;
    output_.pay_from(account);
    input_.pay_from(account);
}

// ---- messages to the child

// Counts a message for which there is no room.
bool process_link::may_send() {
    if (!is_open()) return false;
    if (input_.has_room()) return true;
    core::meters().count_hit(core::bound::child_backlog);
    return false;
}

// `write` adds the request with a number to the input.
core::result<std::uint64_t> process_link::add_call(std::shared_ptr<call_sink> sink, auto&& write) {
    if (!is_open()) return core::make_error_code(core::errc::child_exited);
    // `session` decides who may use the reserve.
    if (calls_.size() >= fair_share::with_reserve(bounds_.exchanges_per_child)) {
        core::meters().count_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    if (!may_send()) return core::make_error_code(core::errc::child_not_reading);
    record_call(*sink);
    const std::uint64_t number = calls_.add(std::move(sink));
    try {
        write(number);
    } catch (...) {
        calls_.remove(number);
        throw;
    }
    return number;
}

core::result<std::uint64_t> process_link::call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text) {
    return add_call(std::move(sink), [&](std::uint64_t number) { input_.add_call(message, number, text); });
}

core::result<std::uint64_t> process_link::call_spliced(std::string_view method, const spliced_params& params, std::shared_ptr<call_sink> sink) {
    return add_call(std::move(sink), [&](std::uint64_t number) { input_.add_call(method, params, number); });
}

void process_link::cancel(std::uint64_t number, std::string_view reason) {
    if (calls_.remove(number) != nullptr && may_send()) input_.add_cancellation(number, reason);
}

void process_link::notify(const jsonrpc::envelope& message, std::string* text) {
    if (may_send()) input_.add_notification(message, text);
}

void process_link::notify_raw(std::string_view words) {
    if (may_send()) input_.add_line(words);
}

void process_link::answer(std::string_view id, const jsonrpc::envelope& message, std::string* text) {
    if (may_send()) input_.add_answer(id, message, text);
}

void process_link::answer(std::string_view id, std::string_view result) {
    if (may_send()) input_.add_result(id, result);
}

void process_link::answer_shared(std::string_view id, const core::shared_text& result) {
    if (may_send()) input_.add_result(id, result);
}

void process_link::refuse(std::string_view id, int code, std::string_view text) {
    if (may_send()) input_.add_error(id, code, text);
}

bool process_link::has_read_input() const {
    if (!is_open()) return had_read_input_;
    return !input_broken_ && input_.is_written() && process_->has_read_input();
}

// ---- the coroutines

core::task<void> process_link::read_output(std::shared_ptr<process_link> self) {
    co_await self->output_.read_all(self->process_->output(), self->liveness_);
    self->output_ended_ = true;
    self->changed_.notify();
}

core::task<void> process_link::read_errors(std::shared_ptr<process_link> self) {
    std::string room(16 * 1024, '\0');
    for (;;) {
        const auto [error, count] = co_await self->process_->errors().async_read_some(boost::asio::buffer(room), core::nothrow);
        if (error) break;
        core::pass("link.read_errors");
        self->errors_.append(std::string_view(room).substr(0, count), core::clock::now());
    }
    self->errors_.finish();
    self->throttle_.finish();
    self->errors_ended_ = true;
    self->changed_.notify();
}

core::task<void> process_link::write_input(std::shared_ptr<process_link> self) {
    const bool is_whole = co_await self->input_.write_all(self->process_->input(), self->liveness_, self->calls_);
    self->input_broken_ = !is_whole;
    self->input_ended_ = true;
    self->changed_.notify();
}

core::task<void> process_link::wait_exit(std::shared_ptr<process_link> self) {
    core::pass("link.wait_exit");
    co_await self->process_->wait();
    self->changed_.notify();
}

void process_link::start_parts() {
    const auto self = std::static_pointer_cast<process_link>(shared_from_this());
    const auto start = [&self](const char* name, core::task<void> (*part)(std::shared_ptr<process_link>)) {
        const core::coroutine_name named{name, "the server process is ended, and its calls are answered with an error"};
        core::spawn(
            self->executor_, named, [self, part] { return part(self); },
            [self, part] {
            self->is_unwatched_ = self->is_unwatched_ || part == wait_exit;
            self->break_off();
            });
    };
    start("link.read_output", read_output);
    start("link.read_errors", read_errors);
    start("link.write_input", write_input);
    start("link.wait_exit", wait_exit);
}

core::task<void> process_link::run(std::shared_ptr<process_link> self) {
    self->start_parts();
    core::pass("link.run");
    while (self->accepts_calls()) {
        co_await self->changed_.wait_until(core::clock::time_point::max());
    }
    // The exit of the process and the ends of its pipes arrive in any order. Wait a moment for all of them, because the exit status and the last
    // lines explain more than a closed pipe does.
    const auto deadline = core::clock::now() + last_output_wait;
    const bool asked_to = !self->is_open();
    while (!asked_to && !self->has_failed_ && !(self->output_ended_ && self->errors_ended_ && self->process_->status()) &&
           core::clock::now() < deadline) {
        co_await self->changed_.wait_until(deadline);
    }
    if (self->is_open()) self->start_closing(self->describe_end());
    if (const auto owner = self->owner_.lock(); owner && !self->was_closed_) owner->on_failure(*self);
    self->finish();
    if (!self->process_->status() && !self->has_failed_) co_await self->stop_ladder();
    if (!self->process_->status()) co_await self->reap();
    boost::system::error_code ignored;
    self->process_->input().close(ignored);
    self->process_->output().close(ignored);
    self->process_->errors().close(ignored);
    self->state_.enter(state::ended);
    const bool is_expected = self->was_closed_ && self->is_disposable();
    spdlog::log(is_expected ? spdlog::level::debug : spdlog::level::info, "[{}] ended: {}", self->name_, self->process_->status()->text());
    // The failure of a child that was never opened is logged with its last words, and so with the advice.
    const bool is_logged_elsewhere = asked_to || !self->opened_at();
    const std::string advice = is_logged_elsewhere ? std::string() : process::passing_advice(self->errors_.last_words(), self->withheld_);
    if (!advice.empty()) spdlog::warn("[{}] the server has ended{}", self->name_, advice);
    if (const auto owner = self->owner_.lock()) owner->on_end(*self);
}

// ---- the end

// `run` ends the link.
void process_link::break_off() {
    has_failed_ = true;
    process_->signal(SIGKILL);
    changed_.notify();
}

// Does the work of `run` in one turn, without a wait. The process is reaped when the link is destroyed.
void process_link::abandon() {
    if (state_.is(state::ended)) return;
    if (is_open()) start_closing(failure_reason);
    has_failed_ = true;
    process_->signal(SIGKILL);
    state_.enter(state::ended);
    input_ended_ = true;
    boost::system::error_code ignored;
    process_->input().close(ignored);
    process_->output().close(ignored);
    process_->errors().close(ignored);
    const auto owner = owner_.lock();
    if (owner && !was_closed_) owner->on_failure(*this);
    finish();
    if (owner) owner->on_end(*this);
}

void process_link::close(std::string reason) {
    was_closed_ = was_closed_ || is_open();
    start_closing(std::move(reason));
}

void process_link::start_closing(std::string reason) {
    if (!state_.is(state::open)) return;
    had_read_input_ = has_read_input();
    state_.enter(state::closing);
    end_reason_ = std::move(reason);
    input_.finish();
    changed_.notify();
    closing_.notify();
}

core::task<void> process_link::wait_closing() {
    while (is_open()) co_await closing_.wait_until(core::clock::time_point::max());
}

core::task<void> process_link::wait_until_exited(core::clock::time_point deadline) {
    while (!process_->status() && !has_failed_ && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
}

core::task<void> process_link::stop_ladder() {
    const auto deadline = core::clock::now() + (is_disposable() ? std::chrono::milliseconds(0) : bounds_.stop_grace);
    while (!input_ended_ && !has_failed_ && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
    boost::system::error_code ignored;
    process_->input().close(ignored);
    // This wait shares its deadline with the wait above: before the process can see the end of its input, it must read what was written before. So
    // the ladder lasts two graces.
    co_await wait_until_exited(deadline);
    if (process_->status() || has_failed_) co_return;
    if (!is_disposable()) core::meters().count_hit(core::bound::stop_grace);
    process_->signal(SIGTERM);
    co_await wait_until_exited(core::clock::now() + bounds_.stop_grace);
    if (process_->status() || has_failed_) co_return;
    core::meters().count_hit(core::bound::stop_grace);
    spdlog::warn("[{}] process {} ignored SIGTERM and is killed", name_, process_->pid());
    process_->signal(SIGKILL);
    co_await wait_until_exited(core::clock::time_point::max());
}

// The coroutine that failed may be the one that waits for the exit.
core::task<void> process_link::reap() {
    process_->signal(SIGKILL);
    while (!process_->status()) {
        if (std::exchange(is_unwatched_, false)) {
            co_await process_->wait();
        } else {
            co_await changed_.wait_until(core::clock::time_point::max());
        }
    }
}

std::string process_link::describe_end() {
    if (has_failed_) return failure_reason;
    const auto& status = process_->status();
    std::string text = status ? "the server process ended (" + status->text() + ")"
                              : std::string("the server process closed its ") + (output_ended_ ? "output" : "input");
    bare_end_reason_ = text;
    const auto owner = owner_.lock();
    return owner && owner->serves_several() ? text : text + last_output();
}

std::string process_link::last_output() const {
    std::string out;
    // From a server that works such output is noise; from a server that fails to open it often states the reason.
    if (!opened_at()) out += output_.noise();
    const std::string words = errors_.last_words();
    if (!words.empty()) out += "; its last words: " + words;
    return out + process::passing_advice(words, withheld_);
}

void process_link::finish() {
    for (const auto& sink : calls_.remove_all()) sink->on_lost(end_reason_);
}

// ---- liveness

void process_link::check(core::clock::time_point now) {
    throttle_.report(now);
    output_.give_up_stuck_line(process_->output(), now);
    if (!is_open()) return;
    for (const std::uint64_t each : calls_.overdue(now)) cancel(each, "the bridge has waited long enough");
    switch (liveness_.judge(now, calls_.size() != 0)) {
        case liveness::verdict::fine: return;
        case liveness::verdict::ask: {
            jsonrpc::envelope ping;
            ping.kind = jsonrpc::message_kind::request;
            ping.method = R"("ping")";
            // The answer shows no more than any other output of the child, and a failed ping does no harm, so both are ignored.
            static_cast<void>(call(ping, std::make_shared<silent_sink>()));
            return;
        }
        case liveness::verdict::mute:
            core::meters().count_hit(core::bound::ping_timeout);
            return start_closing("the server process said nothing for " + in_seconds(bounds_.ping_after) + ", and did not answer a ping in " +
                                 in_seconds(bounds_.ping_timeout));
        case liveness::verdict::stuck:
            core::meters().count_hit(core::bound::input_timeout);
            return start_closing("the server process has not read its input for " + in_seconds(bounds_.input_timeout));
    }
}

}  // namespace bridge::child
