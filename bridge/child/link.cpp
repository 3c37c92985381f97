#include "bridge/child/link.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <span>

#include "bridge/child/fair_share.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/turn.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::child {
namespace {

// The number of turns of the loop in which requests are gathered before they are written, and the number of those turns that may bring no request. A
// turn without a request costs less than a microsecond; a turn with one costs the time to read the request. Measured with tests/bench/compare: more
// idle turns make no larger batches, and with fewer the batches fall apart at 64 connections.
constexpr int gathering_turns = 32;
constexpr int idle_turns = 3;

// The capacity of the child's pipes.
constexpr std::size_t pipe_bytes = 256 * 1024;

// The number of garbage lines of a child that are logged; the bridge only counts further lines.
constexpr std::size_t logged_garbage = 10;

class number_text {
public:
    explicit number_text(std::uint64_t number) : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}

    std::string_view view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

private:
    std::array<char, 20> text_{};
    char* end_;
};

}  // namespace

link::link(core::executor where, std::unique_ptr<process::child_process> child, const std::string& name, const core::limits& bounds,
           const core::redactor& secrets, std::weak_ptr<link_owner> owner, core::memory_account_ptr common)
    : where_(where), process_(std::move(child)), name_(name), bounds_(bounds), secrets_(secrets), owner_(std::move(owner)),
      common_(std::move(common)), liveness_(bounds, core::clock::now()), throttle_(name, bounds.log_lines), framer_(bounds.line_bytes),
      errors_(name, secrets, bounds.stderr_line_bytes, throttle_), work_(where), changed_(where), closing_(where) {}

std::shared_ptr<link> link::make(core::executor where, std::unique_ptr<process::child_process> child, const std::string& name,
                                 const core::limits& bounds, const core::redactor& secrets, std::weak_ptr<link_owner> owner,
                                 core::memory_account_ptr common) {
    std::shared_ptr<link> made(new link(where, std::move(child), name, bounds, secrets, std::move(owner), std::move(common)));
    made->self_ = made;
    made->pay_from(made->payer());
    return made;
}

void link::set_owner(std::weak_ptr<link_owner> owner) {
    owner_ = std::move(owner);
    pay_from(payer());
}

core::memory_account_ptr link::payer() const {
    const auto owner = owner_.lock();
    core::memory_account_ptr own = owner ? owner->payer() : nullptr;
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

// A line that is being composed for the child. Without `finish`, as when memory runs out, the destructor removes the partial line, because the next
// line would follow it directly.
class link::outgoing {
public:
    explicit outgoing(link& to) : text(to.pending_.text()), to_(to), begin_(text.size()) {}
    ~outgoing() {
        if (!is_finished_) text.resize(begin_);
    }
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;

    void finish() {
        text += '\n';
        is_finished_ = true;
        to_.pending_.pay();
        to_.work_.notify();
    }

    std::string& text;

private:
    link& to_;
    std::size_t begin_;
    bool is_finished_ = false;
};

core::result<std::uint64_t> link::call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text) {
    if (!is_open()) return core::make_error_code(core::errc::child_exited);
    // `session` decides who may use the reserve.
    if (calls_.size() >= fair_share::with_reserve(bounds_.exchanges_per_child)) {
        core::meters().note_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    if (!sends()) return core::make_error_code(core::errc::child_not_reading);
    const std::uint64_t number = calls_.add(std::move(sink));
    try {
        write_call(message, number, text);
    } catch (...) {
        calls_.take(number);
        throw;
    }
    return number;
}

void link::write_call(const jsonrpc::envelope& message, std::uint64_t number, std::string* text) {
    const number_text minted(number);
    if (text != nullptr && text->size() > jsonrpc::slice_bytes && !message.params.empty()) {
        std::string head;
        jsonrpc::append_call_head(head, message, minted.view());
        return write_large(head, message, message.params, minted.view(), text);
    }
    outgoing out(*this);
    jsonrpc::append_call(out.text, message, minted.view(), minted.view());
    out.finish();
}

// Writes a line whose `contents` are large. They stay where they are in `text`, from which the function moves. `token` replaces the message's own
// progress token, if there are both. The line consists of several parts: if memory runs out between them the child would read half a line, so the
// link ends.
void link::write_large(std::string_view head, const jsonrpc::envelope& message, std::string_view contents, std::string_view token,
                       std::string* text) {
    const auto begin = static_cast<std::size_t>(contents.data() - text->data());
    if (message.has_line_breaks) jsonrpc::blank_line_breaks(std::span(*text).subspan(begin, contents.size()));
    const std::string_view target = token.empty() ? std::string_view() : message.meta_progress_token;
    try {
        pending_.text() += head;
        pending_.add_spliced(std::exchange(*text, {}), contents, target, token);
        pending_.text() += jsonrpc::answer_tail;
        pending_.text() += '\n';
        pending_.pay();
    } catch (const std::bad_alloc&) {
        start_closing("the bridge has no memory for a message to the server process");
        throw;
    }
    work_.notify();
}

void link::cancel(std::uint64_t number, std::string_view reason) {
    if (calls_.take(number) == nullptr || !is_open() || !sends()) return;
    outgoing out(*this);
    out.text += R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)";
    out.text += number_text(number).view();
    if (!reason.empty()) {
        out.text += R"(,"reason":)";
        jsonrpc::append_string(out.text, reason);
    }
    out.text += "}}";
    out.finish();
}

void link::notify(const jsonrpc::envelope& message, std::string* text) {
    if (!is_open() || !sends()) return;
    if (text != nullptr && text->size() > jsonrpc::slice_bytes && !message.params.empty()) {
        std::string head;
        jsonrpc::append_call_head(head, message, {});
        return write_large(head, message, message.params, {}, text);
    }
    outgoing out(*this);
    jsonrpc::append_call(out.text, message, {}, {});
    out.finish();
}

void link::notify_raw(std::string_view words) {
    if (!is_open() || !sends()) return;
    outgoing out(*this);
    out.text += words;
    out.finish();
}

void link::answer(std::string_view id, const jsonrpc::envelope& message, std::string* text) {
    if (!is_open() || !sends()) return;
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        std::string head;
        jsonrpc::append_answer_head(head, message.kind, id);
        return write_large(head, message, message.contents(), {}, text);
    }
    outgoing out(*this);
    jsonrpc::append_answer(out.text, message, id);
    out.finish();
}

void link::answer(std::string_view id, std::string_view result) {
    if (!is_open() || !sends()) return;
    outgoing out(*this);
    jsonrpc::append_result(out.text, id, result);
    out.finish();
}

void link::refuse(std::string_view id, int code, std::string_view text) {
    if (!is_open() || !sends()) return;
    outgoing out(*this);
    jsonrpc::append_error(out.text, id, code, text);
    out.finish();
}

// Waits for requests that are about to arrive: all requests of the next turns of the loop share one system call and one wake-up of the child. A
// single call does not wait.
core::task<void> link::gather() {
    int idle = 0;
    for (int turn = 0; turn < gathering_turns && idle < idle_turns && calls_.size() > 1; ++turn) {
        const std::size_t before = pending_.size();
        co_await boost::asio::post(where_, core::nothrow);
        if (pending_.size() == before) ++idle;
    }
}

// Writes what fits in the pipe at once. That is nearly always everything, and saves a turn of the loop. Returns the number of bytes. It ignores
// errors, because they occur again when the rest is written.
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

// Writes the rest, from byte `begin` on, and records each time that the child has read some of it.
core::task<boost::system::error_code> link::write_rest(std::size_t begin) {
    liveness_.note_writing(true, core::clock::now());
    const auto go_on = [this](const boost::system::error_code& error, std::size_t done) {
        if (done != 0) liveness_.note_taken(core::clock::now());
        return error ? 0 : pipe_bytes;
    };
    const auto [error, written] = co_await boost::asio::async_write(process_->input(), writing_.buffers(begin), go_on, core::nothrow);
    liveness_.note_writing(false, core::clock::now());
    core::meters().child_bytes_sent += written;
    co_return error;
}

core::task<void> link::write_input(std::shared_ptr<link> self) {
    // Lines that were queued before the end began, such as a cancellation, are still written.
    while (self->is_open() || !self->pending_.empty()) {
        if (self->pending_.empty()) {
            co_await self->work_.wait_until(core::clock::time_point::max());
            continue;
        }
        co_await self->gather();
        core::pass("link.write_input");
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
    core::turn turn(self->where_);
    for (;;) {
        const std::span<char> room = self->framer_.prepare();
        const auto [error, count] = co_await self->process_->output().async_read_some(boost::asio::buffer(room.data(), room.size()), core::nothrow);
        if (error == boost::asio::error::operation_aborted && std::exchange(self->gives_up_line_, false)) {
            self->framer_.give_up_large_line();
            continue;
        }
        if (error) break;
        core::pass("link.read_output");
        self->heard_at_ = core::clock::now();
        self->liveness_.note_heard(self->heard_at_);
        core::meters().child_bytes_received += count;
        self->framer_.commit(count);
        turn.begin(self->heard_at_);
        for (;;) {
            const auto line = self->framer_.next();
            if (!line) {
                const auto oversized = self->framer_.take_oversized();
                if (!oversized) break;
                self->handle_oversized(*oversized);
            } else if (!self->handle_small_line(*line)) {
                co_await self->handle_line(*line);
            }
            if (turn.is_over_after(line ? line->size() : 0)) co_await turn.next();
        }
    }
    // The rest without a newline can be a whole message, because some servers omit the last newline.
    if (!self->framer_.is_skipping() && !self->framer_.remainder().empty()) co_await self->handle_line(self->framer_.remainder());
    self->output_ended_ = true;
    self->changed_.notify();
}

core::task<void> link::read_errors(std::shared_ptr<link> self) {
    std::string room(16 * 1024, '\0');
    for (;;) {
        const auto [error, count] = co_await self->process_->errors().async_read_some(boost::asio::buffer(room), core::nothrow);
        if (error) break;
        core::pass("link.read_errors");
        self->errors_.append(std::string_view(room).substr(0, count));
    }
    self->errors_.finish();
    self->throttle_.finish();
    self->errors_ended_ = true;
    self->changed_.notify();
}

void link::report_garbage(std::string_view line, std::string_view why) {
    ++core::meters().child_garbage_lines;
    if (++garbage_lines_ > logged_garbage) return;
    const std::string text = shown(line, 200);
    if (garbage_lines_ == 1) garbage_ = text;
    spdlog::warn("[{}] wrote to stdout what is no message ({}): {}", name_, why, text);
    if (garbage_lines_ == logged_garbage) spdlog::warn("[{}] further such lines are counted, not logged", name_);
}

std::string link::shown(std::string_view text, std::size_t max_bytes) const {
    return secrets_.shown(text, max_bytes);
}

void link::handle_message(const jsonrpc::envelope& message) {
    const bool is_answer = message.kind == jsonrpc::message_kind::result || message.kind == jsonrpc::message_kind::error;
    // The owner knows that the link ends, and has withdrawn the child's requests: `on_failure` has notified it, or it has ended the link itself. It
    // may even have received `on_end`, because a large line can still be in work then.
    if (!is_answer && !is_open()) return;
    const std::string excess = is_answer ? std::string() : jsonrpc::too_long_part(message);
    if (!excess.empty()) return refuse_too_long(message, excess);
    switch (message.kind) {
        case jsonrpc::message_kind::result:
        case jsonrpc::message_kind::error: return handle_answer(message);
        case jsonrpc::message_kind::request:
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

// An id of that length is not echoed. JSON-RPC 2.0 (section 5) uses null for an id that could not be read.
void link::refuse_too_long(const jsonrpc::envelope& message, const std::string& wrong) {
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message that is refused: {}", name_, wrong);
    if (message.kind == jsonrpc::message_kind::notification) return;
    const bool can_echo = message.id.size() <= core::longest_id_bytes;
    refuse(can_echo ? message.id : std::string_view("null"), jsonrpc::error_code::invalid_request, wrong);
}

void link::handle_answer(const jsonrpc::envelope& message) {
    const auto number = jsonrpc::minted_number(message.id);
    if (const auto sink = number ? calls_.take(*number) : nullptr) {
        ++answered_;
        return sink->on_answer(message);
    }
    ++core::meters().late_answers;
    if (number && calls_.was_minted(*number)) {
        spdlog::debug("[{}] answered request {} that nobody waits for any more", name_, *number);
    } else if (throttle_.admits(core::clock::now())) {
        spdlog::warn("[{}] answered a request that was never sent: id {}", name_, shown(message.id, 64));
    }
}

}  // namespace bridge::child
