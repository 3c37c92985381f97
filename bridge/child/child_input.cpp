#include "bridge/child/child_input.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <span>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/jsonrpc/edit.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// The number of turns of the loop in which requests are gathered before they are written, and the number of those turns that may bring no request. A
// turn without a request costs less than a microsecond; a turn with one costs the time to read the request. Measured with tests/bench/compare: more
// idle turns make no larger batches, and with fewer the batches fall apart at 64 connections.
constexpr int gathering_turns = 32;
constexpr int idle_turns = 3;

// The capacity of the child's pipes.
constexpr std::size_t pipe_bytes = 256 * 1024;

class number_text {
public:
    explicit number_text(std::uint64_t number) : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}

    std::string_view view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

private:
    std::array<char, 20> text_{};
    char* end_;
};

bool is_large(const std::string* text) {
    return text != nullptr && text->size() > jsonrpc::slice_bytes;
}

}  // namespace

// A line that is being composed. Without `finish`, as when memory runs out, the destructor removes the partial line, because the next line would
// follow it directly.
class child_input::unfinished_line {
public:
    explicit unfinished_line(child_input& input) : text(input.waiting_.text()), input_(input), begin_(text.size()) {}
    ~unfinished_line() {
        if (!is_finished_) text.resize(begin_);
    }
    unfinished_line(const unfinished_line&) = delete;
    unfinished_line& operator=(const unfinished_line&) = delete;

    void finish() {
        if (input_.echo_.is_on()) input_.echo_.record(std::string_view(text).substr(begin_));
        text += '\n';
        is_finished_ = true;
        input_.waiting_.pay();
        input_.changed_.notify();
    }

    std::string& text;

private:
    child_input& input_;
    std::size_t begin_;
    bool is_finished_ = false;
};

void child_input::pay_from(const core::memory_account_ptr& account) {
    waiting_.pay_from(account);
    writing_.pay_from(account);
}

bool child_input::has_room() const {
    const std::size_t bytes = waiting_.size() + writing_.size();
    return bytes <= core::small_message_bytes || (bytes <= bounds_.child_backlog_bytes && waiting_.may_grow());
}

// ---- adding lines

void child_input::add_call(const jsonrpc::envelope& message, std::uint64_t number, std::string* text) {
    const number_text minted(number);
    if (is_large(text) && !message.params.empty()) {
        std::string head;
        jsonrpc::append_call_head(head, message, minted.view());
        return add_large(head, message, message.params, minted.view(), text);
    }
    unfinished_line line(*this);
    jsonrpc::append_call(line.text, message, minted.view(), minted.view());
    line.finish();
}

void child_input::add_call(std::string_view method, const spliced_params& params, std::uint64_t number) {
    const number_text minted(number);
    jsonrpc::envelope named;
    named.method = method;
    named.params = "{}";  // it has some
    const std::size_t bytes = params.before_token.size() + (params.behind_token ? params.behind_token->size() : 0);
    if (bytes > jsonrpc::slice_bytes) {
        return add_line_of_parts([&] {
            jsonrpc::append_call_head(waiting_.text(), named, minted.view());
            waiting_.add(params.before_token);
            if (!params.behind_token) return;
            waiting_.text() += minted.view();
            waiting_.add(*params.behind_token);
        });
    }
    unfinished_line line(*this);
    jsonrpc::append_call_head(line.text, named, minted.view());
    params.before_token.append_to(line.text);
    if (params.behind_token) {
        line.text += minted.view();
        params.behind_token->append_to(line.text);
    }
    line.text += jsonrpc::answer_tail;
    line.finish();
}

void child_input::add_notification(const jsonrpc::envelope& message, std::string* text) {
    if (is_large(text) && !message.params.empty()) {
        std::string head;
        jsonrpc::append_call_head(head, message, {});
        return add_large(head, message, message.params, {}, text);
    }
    unfinished_line line(*this);
    jsonrpc::append_call(line.text, message, {}, {});
    line.finish();
}

void child_input::add_cancellation(std::uint64_t number, std::string_view reason) {
    unfinished_line line(*this);
    line.text += R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)";
    line.text += number_text(number).view();
    if (!reason.empty()) {
        line.text += R"(,"reason":)";
        jsonrpc::append_string(line.text, reason);
    }
    line.text += "}}";
    line.finish();
}

void child_input::add_line(std::string_view words) {
    unfinished_line line(*this);
    line.text += words;
    line.finish();
}

void child_input::add_answer(std::string_view id, const jsonrpc::envelope& message, std::string* text) {
    if (is_large(text)) {
        std::string head;
        jsonrpc::append_answer_head(head, message.kind, id);
        return add_large(head, message, message.contents(), {}, text);
    }
    unfinished_line line(*this);
    jsonrpc::append_answer(line.text, message, id);
    line.finish();
}

void child_input::add_result(std::string_view id, std::string_view result) {
    unfinished_line line(*this);
    jsonrpc::append_result(line.text, id, result);
    line.finish();
}

void child_input::add_result(std::string_view id, const core::shared_text& result) {
    if (result.view().size() <= jsonrpc::slice_bytes) return add_result(id, result.view());
    add_line_of_parts([&] {
        jsonrpc::append_answer_head(waiting_.text(), jsonrpc::message_kind::result, id);
        waiting_.add(result);
    });
}

void child_input::add_error(std::string_view id, int code, std::string_view text) {
    unfinished_line line(*this);
    jsonrpc::append_error(line.text, id, code, text);
    line.finish();
}

// Adds a line whose parts `add_parts` adds, except for its end. If memory runs out between them, the child would read half a line. The filter of
// echoes does not record it: no terminal passes a line of this size on.
void child_input::add_line_of_parts(const std::function<void()>& add_parts) {
    try {
        add_parts();
        waiting_.text() += jsonrpc::answer_tail;
        waiting_.text() += '\n';
        waiting_.pay();
    } catch (const std::bad_alloc&) {
        on_half_line_("the bridge has no memory for a message to the server process");
        throw;
    }
    changed_.notify();
}

// Adds a line whose `contents` are large. They stay where they are in `text`, from which the function moves. The line has no part of them that was
// cut out of the message (`known_members::cuts`), and `token` replaces the message's own progress token, if there are both.
void child_input::add_large(std::string_view head, const jsonrpc::envelope& message, std::string_view contents, std::string_view token,
                            std::string* text) {
    const auto begin = static_cast<std::size_t>(contents.data() - text->data());
    if (message.has_line_breaks) jsonrpc::blank_line_breaks(std::span(*text).subspan(begin, contents.size()));
    std::vector<jsonrpc::edit> edits;
    if (message.known) {
        for (const std::string_view each : message.known->cuts()) edits.push_back({.target = each});
    }
    if (!token.empty() && !message.meta_progress_token.empty()) edits.push_back({.target = message.meta_progress_token, .replacement = token});
    jsonrpc::sort_edits(edits);
    add_line_of_parts([&] {
        waiting_.text() += head;
        waiting_.add_edited(std::exchange(*text, {}), contents, edits);
    });
}

// ---- writing them

// Waits for requests that are about to arrive: all requests of the next turns of the loop share one system call and one wake-up of the child. A
// single call does not wait.
core::task<void> child_input::gather(const call_table& calls) {
    int idle = 0;
    for (int turn = 0; turn < gathering_turns && idle < idle_turns && calls.size() > 1; ++turn) {
        const std::size_t before = waiting_.size();
        co_await boost::asio::post(executor_, core::nothrow);
        if (waiting_.size() == before) ++idle;
    }
}

// Writes what fits in the pipe at once. That is nearly always everything, and saves a turn of the loop. Returns the number of bytes. It ignores
// errors, because they occur again when the rest is written.
std::size_t child_input::write_at_once(process::child_process::input_pipe& pipe) {
    std::size_t done = 0;
    for (const boost::asio::const_buffer& each : writing_.buffers(0)) {
        const ssize_t count = ::write(pipe.native_handle(), each.data(), each.size());
        if (count > 0) done += static_cast<std::size_t>(count);
        if (count < 0 || static_cast<std::size_t>(count) != each.size()) break;
    }
    core::meters().child_bytes_sent += done;
    return done;
}

// Writes the rest, from byte `begin` on, and records each time that the child has read some of it. Returns false if the pipe is broken.
core::task<bool> child_input::write_rest(process::child_process::input_pipe& pipe, liveness& life, std::size_t begin) {
    life.record_writing(true, core::clock::now());
    const auto go_on = [&life](const boost::system::error_code& error, std::size_t done) {
        if (done != 0) life.record_read(core::clock::now());
        return error ? 0 : pipe_bytes;
    };
    const auto [error, written] = co_await boost::asio::async_write(pipe, writing_.buffers(begin), go_on, core::nothrow);
    life.record_writing(false, core::clock::now());
    core::meters().child_bytes_sent += written;
    co_return !error;
}

core::task<bool> child_input::write_all(process::child_process::input_pipe& pipe, liveness& life, const call_table& calls) {
    bool is_broken = false;
    // Lines that were added before the end began, such as a cancellation, are still written.
    while (!is_finished_ || !waiting_.empty()) {
        if (waiting_.empty()) {
            co_await changed_.wait_until(core::clock::time_point::max());
            continue;
        }
        co_await gather(calls);
        core::pass("link.write_input");
        std::swap(waiting_, writing_);
        bool is_whole = true;
        if (const std::size_t done = write_at_once(pipe); done < writing_.size()) is_whole = co_await write_rest(pipe, life, done);
        writing_.clear();
        if (is_whole) continue;
        is_broken = true;
        break;
    }
    // The link lives on for as long as its session.
    waiting_.release();
    writing_.release();
    co_return !is_broken;
}

void child_input::finish() {
    is_finished_ = true;
    changed_.notify();
}

}  // namespace bridge::child
