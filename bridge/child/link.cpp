#include "bridge/child/link.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::child {
namespace {

// For how many turns of the loop requests are gathered before they are written, and how many of those may bring none: a
// turn that brings nothing costs less than a microsecond, one that does costs the time to read a request. Measured with
// tests/bench/compare: more idle turns make no larger batches, fewer make batches that fall apart at 64 connections.
constexpr int gathering_turns = 32;
constexpr int idle_turns = 3;

// As much as the pipe of `process` holds.
constexpr std::size_t pipe_bytes = 256 * 1024;

// Garbage lines of one child that are logged in full; the rest is counted.
constexpr std::size_t logged_garbage = 10;

class number_text {
public:
    explicit number_text(std::uint64_t number)
        : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}

    std::string_view view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

private:
    std::array<char, 20> text_{};
    char* end_;
};

}  // namespace

link::link(core::executor where, std::unique_ptr<process> child, const std::string& name, const core::limits& bounds,
           const core::redactor& secrets, std::weak_ptr<link_owner> owner, core::memory_account_ptr common)
    : where_(where),
      process_(std::move(child)),
      name_(name),
      bounds_(bounds),
      secrets_(secrets),
      owner_(std::move(owner)),
      common_(std::move(common)),
      liveness_(bounds, core::clock::now()),
      throttle_(name, bounds.log_lines),
      framer_(bounds.line_bytes),
      errors_(name, secrets, bounds.stderr_line_bytes, throttle_),
      work_(where),
      changed_(where),
      closing_(where) {}

std::shared_ptr<link> link::make(core::executor where, std::unique_ptr<process> child, const std::string& name,
                                 const core::limits& bounds, const core::redactor& secrets,
                                 std::weak_ptr<link_owner> owner, core::memory_account_ptr common) {
    std::shared_ptr<link> made(new link(where, std::move(child), name, bounds, secrets, std::move(owner), std::move(common)));
    made->self_ = made;
    made->pay_from(made->account());
    return made;
}

void link::set_owner(std::weak_ptr<link_owner> owner) {
    owner_ = std::move(owner);
    pay_from(account());
}

core::memory_account_ptr link::account() const {
    const auto owner = owner_.lock();
    core::memory_account_ptr own = owner ? owner->account() : nullptr;
    return own ? own : common_;
}

void link::pay_from(const core::memory_account_ptr& account) {
    if (!account) return;
    framer_.pay_from(account);
    pending_.pay_from(account);
    writing_.pay_from(account);
}

// ---- towards the child

bool link::sends() {
    if (pending_.size() + writing_.size() <= bounds_.child_backlog_bytes) return true;
    core::meters().note_hit(core::bound::child_backlog);
    return false;
}

void link::flush() {
    pending_.text() += '\n';
    pending_.pay();
    work_.notify();
}

core::result<std::uint64_t> link::call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text) {
    if (!is_open()) return core::make_error_code(core::errc::child_exited);
    if (calls_.size() >= bounds_.exchanges_per_child) {
        core::meters().note_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    if (!sends()) return core::make_error_code(core::errc::child_not_reading);
    const std::uint64_t number = calls_.add(std::move(sink));
    const number_text minted(number);
    if (text != nullptr && text->size() > jsonrpc::slice_bytes && !message.params.empty()) {
        jsonrpc::rewrite_as_call(*text, message, minted.view(), minted.view());
        *text += '\n';
        pending_.add(std::exchange(*text, {}));
        work_.notify();
        return number;
    }
    jsonrpc::append_call(pending_.text(), message, minted.view(), minted.view());
    flush();
    return number;
}

void link::cancel(std::uint64_t number, const jsonrpc::envelope& message) {
    if (calls_.take(number) == nullptr || !is_open() || !sends()) return;
    jsonrpc::append_notification(pending_.text(), message, message.request_id, number_text(number).view());
    flush();
}

void link::cancel(std::uint64_t number, std::string_view reason) {
    if (calls_.take(number) == nullptr || !is_open() || !sends()) return;
    std::string& out = pending_.text();
    out += R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)";
    out += number_text(number).view();
    out += R"(,"reason":)";
    jsonrpc::append_string(out, reason);
    out += "}}";
    flush();
}

void link::notify(const jsonrpc::envelope& message) {
    if (!is_open() || !sends()) return;
    jsonrpc::append_call(pending_.text(), message, {}, {});
    flush();
}

void link::notify_raw(std::string_view line) {
    if (!is_open() || !sends()) return;
    pending_.text() += line;
    flush();
}

void link::answer(std::string_view id, const jsonrpc::envelope& message) {
    if (!is_open() || !sends()) return;
    jsonrpc::append_answer(pending_.text(), message, id);
    flush();
}

void link::answer(std::string_view id, std::string_view result) {
    if (!is_open() || !sends()) return;
    jsonrpc::append_result(pending_.text(), id, result);
    flush();
}

void link::refuse(std::string_view id, int code, std::string_view text) {
    if (!is_open() || !sends()) return;
    jsonrpc::append_error(pending_.text(), id, code, text);
    flush();
}

// Lets requests gather that are on their way: all that come in the next turns of the loop share one system call and one
// wake-up of the child. A call that is alone does not wait at all.
core::task<void> link::gather() {
    int idle = 0;
    for (int turn = 0; turn < gathering_turns && idle < idle_turns && calls_.size() > 1; ++turn) {
        const std::size_t before = pending_.size();
        co_await boost::asio::post(where_, core::nothrow);
        if (pending_.size() == before) ++idle;
    }
}

// Writes what the pipe takes at once: nearly always everything, which then costs no turn of the loop. How many bytes; errors show again
// when the rest is written.
std::size_t link::write_at_once() {
    std::size_t done = 0;
    for (const boost::asio::const_buffer& each : writing_.buffers(0)) {
        const ssize_t count = ::write(process_->input().native_handle(), each.data(), each.size());
        if (count > 0) done += static_cast<std::size_t>(count);
        if (count < 0 || static_cast<std::size_t>(count) != each.size()) break;
    }
    core::meters().child_bytes_sent += done;
    return done;
}

// Writes the rest, from byte `begin` on, and notes each time that the child has taken some of it.
core::task<boost::system::error_code> link::write_rest(std::size_t begin) {
    liveness_.note_writing(true, core::clock::now());
    const auto go_on = [this](const boost::system::error_code& error, std::size_t done) {
        if (done != 0) liveness_.note_taken(core::clock::now());
        return error ? 0 : pipe_bytes;
    };
    const auto [error, written] =
        co_await boost::asio::async_write(process_->input(), writing_.buffers(begin), go_on, core::nothrow);
    liveness_.note_writing(false, core::clock::now());
    core::meters().child_bytes_sent += written;
    co_return error;
}

core::task<void> link::write_input(std::shared_ptr<link> self) {
    // What was to be written before the end was decided is written still: a cancellation, for one.
    while (self->is_open() || !self->pending_.empty()) {
        if (self->pending_.empty()) {
            co_await self->work_.wait_until(core::clock::time_point::max());
            continue;
        }
        co_await self->gather();
        std::swap(self->pending_, self->writing_);
        boost::system::error_code error;
        if (const std::size_t done = self->write_at_once(); done < self->writing_.size()) error = co_await self->write_rest(done);
        self->writing_.clear();
        if (error) {
            self->input_broken_ = true;
            break;
        }
    }
    self->input_ended_ = true;
    self->changed_.notify();
}

// ---- from the child

core::task<void> link::read_output(std::shared_ptr<link> self) {
    for (;;) {
        const std::span<char> room = self->framer_.prepare();
        const auto [error, count] = co_await self->process_->output().async_read_some(
            boost::asio::buffer(room.data(), room.size()), core::nothrow);
        if (error == boost::asio::error::operation_aborted && std::exchange(self->gives_up_line_, false)) {
            self->framer_.give_up_large_line();
            continue;
        }
        if (error) break;
        self->heard_at_ = core::clock::now();
        self->liveness_.note_heard(self->heard_at_);
        core::meters().child_bytes_received += count;
        self->framer_.commit(count);
        for (;;) {
            const auto line = self->framer_.next();
            if (!line) {
                const auto oversized = self->framer_.take_oversized();
                if (!oversized) break;
                self->handle_oversized(*oversized);
            } else if (line->size() <= jsonrpc::slice_bytes) {
                self->handle_line(*line);
            } else {
                co_await self->handle_large_line(*line);
            }
        }
    }
    // What is left without a newline can be a whole message all the same: some servers omit the last one.
    if (!self->framer_.is_skipping() && !self->framer_.remainder().empty()) self->handle_line(self->framer_.remainder());
    self->output_ended_ = true;
    self->changed_.notify();
}

core::task<void> link::read_errors(std::shared_ptr<link> self) {
    std::string room(16 * 1024, '\0');
    for (;;) {
        const auto [error, count] =
            co_await self->process_->errors().async_read_some(boost::asio::buffer(room), core::nothrow);
        if (error) break;
        self->errors_.append(std::string_view(room).substr(0, count));
    }
    self->errors_.finish();
    self->throttle_.finish();
    self->errors_ended_ = true;
    self->changed_.notify();
}

core::task<void> link::handle_large_line(std::string_view line) {
    const auto read = co_await read_in_slices(where_, line, bounds_.json_depth);
    const auto* const message = std::get_if<jsonrpc::envelope>(&read);
    const std::string_view contents = message == nullptr ? std::string_view() : message->result.empty() ? message->error : message->result;
    if (contents.size() <= jsonrpc::slice_bytes) {
        handle_read(line, read);
        co_return;
    }
    // For a moment the contents are there twice.
    core::memory_charge twice(account(), core::memory_use::child_line);
    if (!twice.may_grow_to(contents.size())) {
        handle_oversized(jsonrpc::oversized_line::of(line, true));
        co_return;
    }
    twice.set(contents.size());
    std::string copy = co_await copy_in_slices(where_, contents, message->has_line_breaks);
    twice.set(0);
    handle_answer(*message, &copy);
}

void link::handle_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    handle_read(line, jsonrpc::read_envelope(line, bounds_.json_depth));
}

void link::handle_read(std::string_view line, const jsonrpc::read_outcome& read) {
    if (const auto* message = std::get_if<jsonrpc::envelope>(&read)) return handle_message(*message);
    const auto& problem = std::get<jsonrpc::read_error>(read);
    if (problem.is_batch) return handle_batch(line);
    if (problem.code == core::errc::invalid_utf8) {
        const std::string repaired = core::repair_utf8(line);
        if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent bytes that are not UTF-8; they are replaced", name_);
        return handle_line(repaired);
    }
    // A print without a newline stands before the message on its line.
    if (const std::size_t brace = line.find('{'); brace != std::string_view::npos && brace != 0) {
        const auto rest = jsonrpc::read_envelope(line.substr(brace), bounds_.json_depth);
        if (const auto* message = std::get_if<jsonrpc::envelope>(&rest)) {
            report_garbage(line.substr(0, brace), "text before a message");
            return handle_message(*message);
        }
    }
    report_garbage(line, problem.text);
}

void link::handle_batch(std::string_view line) {
    jsonrpc::scanner in(line, bounds_.json_depth);
    in.array([&] {
        std::string_view element;
        if (!in.value(element)) return false;
        const auto read = jsonrpc::read_envelope(element, bounds_.json_depth);
        if (const auto* message = std::get_if<jsonrpc::envelope>(&read)) {
            handle_message(*message);
        } else {
            report_garbage(element, std::get<jsonrpc::read_error>(read).text);
        }
        return true;
    });
}

void link::report_garbage(std::string_view line, std::string_view why) {
    ++core::meters().child_garbage_lines;
    if (++garbage_lines_ == 1) garbage_ = shown(line, 200);
    if (garbage_lines_ > logged_garbage) return;
    spdlog::warn("[{}] wrote to stdout what is no message ({}): {}", name_, why, shown(line, 200));
    if (garbage_lines_ == logged_garbage) spdlog::warn("[{}] further such lines are counted, not logged", name_);
}

// Redacted before it is cut, so that no part of a secret is left at the edge.
std::string link::shown(std::string_view text, std::size_t max_bytes) const {
    return core::printable(secrets_.redact(text), max_bytes);
}

void link::handle_message(const jsonrpc::envelope& message) {
    switch (message.kind) {
        case jsonrpc::message_kind::result:
        case jsonrpc::message_kind::error: return handle_answer(message, nullptr);
        case jsonrpc::message_kind::request:
            if (std::string wrong = jsonrpc::too_long_part(message); !wrong.empty()) return refuse_too_long(message, wrong);
            if (message.is_method(mcp::method::ping)) return answer(message.id, "{}");
            if (const auto owner = owner_.lock()) return owner->on_request(*this, message);
            return refuse(message.id, jsonrpc::error_code::method_not_found, "Method not found");
        case jsonrpc::message_kind::notification: break;
    }
    if (!message.is_method(mcp::method::progress)) {
        if (const auto owner = owner_.lock()) owner->on_notification(*this, message);
        return;
    }
    const auto token = jsonrpc::minted_number(message.progress_token);
    if (call_sink* sink = token ? calls_.find(*token) : nullptr) sink->on_message(message);
}

// An id of that length is not repeated; JSON-RPC 2.0 (section 5) has null for an id that could not be read.
void link::refuse_too_long(const jsonrpc::envelope& message, const std::string& wrong) {
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a request that is refused: {}", name_, wrong);
    const bool can_echo = message.id.size() <= core::longest_id_bytes;
    refuse(can_echo ? message.id : std::string_view("null"), jsonrpc::error_code::invalid_request, wrong);
}

// `copy`: the contents of a large answer, if they were copied already.
void link::handle_answer(const jsonrpc::envelope& message, std::string* copy) {
    const auto number = jsonrpc::minted_number(message.id);
    if (const auto sink = number ? calls_.take(*number) : nullptr) {
        ++answered_;
        return copy == nullptr ? sink->on_answer(message) : sink->on_large_answer(message, std::move(*copy));
    }
    ++core::meters().late_answers;
    if (number && calls_.was_minted(*number)) {
        spdlog::debug("[{}] answered request {} that nobody waits for any more", name_, *number);
    } else if (throttle_.admits(core::clock::now())) {
        spdlog::warn("[{}] answered a request that was never sent: id {}", name_, shown(message.id, 64));
    }
}

}  // namespace bridge::child
