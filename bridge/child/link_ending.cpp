// The run of a link, and its end.
#include <spdlog/spdlog.h>

#include "bridge/child/link.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

// The process has ended, but its last output is still in the pipe. A grandchild can hold the pipe open, and must not delay the answers.
constexpr auto last_output_wait = 250ms;

constexpr const char* failure_reason = "the bridge failed while it talked to the server process, and has ended it";

}  // namespace

core::task<void> link::wait_exit(std::shared_ptr<link> self) {
    core::pass("link.wait_exit");
    co_await self->process_->wait();
    self->changed_.notify();
}

// `run` ends the link.
void link::break_off() {
    has_failed_ = true;
    process_->signal(SIGKILL);
    changed_.notify();
}

// Does the work of `run` in one turn, without a wait. The process is reaped when the link is destroyed.
void link::abandon() {
    if (state_ == state::ended) return;
    if (is_open()) start_closing(failure_reason);
    has_failed_ = true;
    process_->signal(SIGKILL);
    state_ = state::ended;
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

void link::close(std::string reason) {
    was_closed_ = was_closed_ || is_open();
    start_closing(std::move(reason));
}

void link::start_closing(std::string reason) {
    if (state_ != state::open) return;
    state_ = state::closing;
    end_reason_ = std::move(reason);
    work_.notify();
    changed_.notify();
    closing_.notify();
}

core::task<void> link::wait_closing() {
    while (is_open()) co_await closing_.wait_until(core::clock::time_point::max());
}

core::task<void> link::wait_until_exited(core::clock::time_point deadline) {
    while (!process_->status() && !has_failed_ && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
}

core::task<void> link::stop_ladder() {
    const auto deadline = core::clock::now() + bounds_.stop_grace;
    while (!input_ended_ && !has_failed_ && core::clock::now() < deadline) co_await changed_.wait_until(deadline);
    boost::system::error_code ignored;
    process_->input().close(ignored);
    // This wait shares its deadline with the wait above: before the process can see the end of its input, it must read what was written before. So
    // the ladder lasts two graces.
    co_await wait_until_exited(deadline);
    if (process_->status() || has_failed_) co_return;
    core::meters().note_hit(core::bound::stop_grace);
    process_->signal(SIGTERM);
    co_await wait_until_exited(core::clock::now() + bounds_.stop_grace);
    if (process_->status() || has_failed_) co_return;
    core::meters().note_hit(core::bound::stop_grace);
    spdlog::warn("[{}] process {} ignored SIGTERM and is killed", name_, process_->pid());
    process_->signal(SIGKILL);
    co_await wait_until_exited(core::clock::time_point::max());
}

void link::start_parts() {
    const auto self = self_.lock();
    const auto start = [&self](const char* name, core::task<void> (*part)(std::shared_ptr<link>)) {
        const core::coroutine_name named{name, "the server process is ended, and its calls are answered with an error"};
        core::spawn(
            self->where_, named, [self, part] { return part(self); },
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

core::task<void> link::run(std::shared_ptr<link> self) {
    self->start_parts();
    core::pass("link.run");
    while (self->takes_calls()) {
        co_await self->changed_.wait_until(core::clock::time_point::max());
    }
    // The exit of the process and the ends of its pipes arrive in any order. Wait a moment for all of them, because the exit status and the last
    // lines explain more than a closed pipe does.
    const auto deadline = core::clock::now() + last_output_wait;
    const bool asked_to = self->state_ != state::open;
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
    self->state_ = state::ended;
    spdlog::info("[{}] ended: {}", self->name_, self->process_->status()->text());
    if (const auto owner = self->owner_.lock()) owner->on_end(*self);
}

// The coroutine that failed may be the one that waits for the exit.
core::task<void> link::reap() {
    process_->signal(SIGKILL);
    while (!process_->status()) {
        if (std::exchange(is_unwatched_, false)) {
            co_await process_->wait();
        } else {
            co_await changed_.wait_until(core::clock::time_point::max());
        }
    }
}

std::string link::describe_end() {
    if (has_failed_) return failure_reason;
    const auto& status = process_->status();
    std::string text = status ? "the server process ended (" + status->text() + ")"
                              : std::string("the server process closed its ") + (output_ended_ ? "output" : "input");
    bare_end_reason_ = text;
    const auto owner = owner_.lock();
    return owner && owner->serves_several() ? text : text + last_output();
}

std::string link::last_output() const {
    std::string out;
    // From a server that works such output is noise; from a server that fails to open it often states the reason.
    if (garbage_lines_ != 0 && !opened_at_) {
        out += "; it wrote to stdout what is no JSON-RPC message: " + garbage_;
    }
    if (const std::string words = errors_.tail(); !words.empty()) out += "; its last words: " + words;
    return out;
}

void link::finish() {
    for (const auto& sink : calls_.take_all()) sink->on_lost(end_reason_);
}

}  // namespace bridge::child
