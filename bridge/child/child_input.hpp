// The messages on their way to a child.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bridge/child/call_table.hpp"
#include "bridge/child/echo_filter.hpp"
#include "bridge/child/liveness.hpp"
#include "bridge/child/outbox.hpp"
#include "bridge/child/spliced_params.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/process/child_process.hpp"

namespace bridge::child {

/// Writes messages to the stdin of a child, one per line, and keeps the lines that the child has not read yet. Lines that are added within a few
/// turns of the loop share one system call.
///
/// `text` in the functions that add a message is the text from which the message was parsed, or null: the function moves from it if the text is
/// large, and leaves it unchanged otherwise.
class child_input {
public:
    /// `bounds` and `echo` must outlive the object; `echo` records the lines. `on_half_line` is called with the reason if memory runs out within a
    /// line: the child would read half a message, so nothing more may be written.
    child_input(core::executor executor, const core::limits& bounds, echo_filter& echo, std::function<void(std::string)> on_half_line)
        : executor_(executor), bounds_(bounds), echo_(echo), on_half_line_(std::move(on_half_line)), changed_(executor) {}

    /// `account` pays for the lines that wait.
    void pay_from(const core::memory_account_ptr& account);

    /// True if less than `limits.child_backlog_bytes` wait, and the account that pays for them has memory left. The account is not asked while only
    /// as much waits as one small message has.
    bool has_room() const;

    /// True if nothing waits to be written.
    bool is_written() const { return waiting_.empty() && writing_.empty(); }

    /// Adds the request `message`, with `number` as its id and, if it has a progress token, as its token.
    void add_call(const jsonrpc::envelope& message, std::uint64_t number, std::string* text);
    /// Adds a request with the raw `method`, with `number` as its id and, if it has a place for one, as its progress token.
    void add_call(std::string_view method, const spliced_params& params, std::uint64_t number);
    void add_notification(const jsonrpc::envelope& message, std::string* text);
    /// Adds a cancellation of the call `number`, with `reason` if that is not empty.
    void add_cancellation(std::uint64_t number, std::string_view reason);
    /// Adds one line of JSON.
    void add_line(std::string_view line);
    /// Adds an answer to the child's request `id`, which is raw.
    void add_answer(std::string_view id, const jsonrpc::envelope& message, std::string* text);
    void add_result(std::string_view id, std::string_view result);
    void add_result(std::string_view id, const core::shared_text& result);
    void add_error(std::string_view id, int code, std::string_view text);

    /// Writes all lines to `pipe` until `finish` was called, and then those that wait. Reports progress to `life`. `calls` are the calls in flight.
    /// All arguments and this object must outlive the coroutine. Returns false if the pipe is broken.
    core::task<bool> write_all(process::child_process::input_pipe& pipe, liveness& life, const call_table& calls);

    /// Makes `write_all` return after it has written the lines that wait.
    void finish();

private:
    class unfinished_line;

    void add_line_of_parts(const std::function<void()>& add_parts);
    void add_large(std::string_view head, const jsonrpc::envelope& message, std::string_view contents, std::string_view token, std::string* text);
    core::task<void> gather(const call_table& calls);
    std::size_t write_at_once(process::child_process::input_pipe& pipe);
    core::task<bool> write_rest(process::child_process::input_pipe& pipe, liveness& life, std::size_t begin);

    core::executor executor_;
    const core::limits& bounds_;
    echo_filter& echo_;
    std::function<void(std::string)> on_half_line_;
    outbox waiting_;       // lines not yet handed to the pipe
    outbox writing_;       // lines that are being written
    core::event changed_;  // wakes `write_all`
    bool is_finished_ = false;
};

}  // namespace bridge::child
