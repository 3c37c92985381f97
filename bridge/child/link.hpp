// One JSON-RPC connection to a child: the multiplexer.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/call_table.hpp"
#include "bridge/child/liveness.hpp"
#include "bridge/child/outbox.hpp"
#include "bridge/child/stderr_log.hpp"
#include "bridge/core/error.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/line_framer.hpp"
#include "bridge/process/child_process.hpp"

namespace bridge::child {

class link;

/// Receives the messages that a child sends on its own initiative, and the end of its link.
class link_owner {
public:
    virtual ~link_owner() = default;

    /// A notification that the link cannot assign to a call.
    virtual void on_notification(link& from, const jsonrpc::envelope& message) = 0;

    /// A request of the child. The owner must answer it with `link::answer` or `link::refuse`, at once or later. The link answers `ping` itself.
    virtual void on_request(link& from, const jsonrpc::envelope& message) = 0;

    /// The link ends although nobody called `close`. The sinks of all calls receive `on_lost` right after this function.
    virtual void on_failure(link& from) = 0;

    /// The link has ended. It sends nothing more, and the sinks of all calls have received `on_answer` or `on_lost`.
    virtual void on_end(link& from) = 0;

    /// Returns the memory account for the child's output and for the input that waits to be written; null if no particular account pays.
    virtual core::memory_account_ptr payer() const { return {}; }

    /// True if calls of several clients run on the link. The reason for its end then omits the child's last output, because that output may be about
    /// another client's call.
    virtual bool serves_several() const { return false; }
};

/// Multiplexes calls onto one child. States, in this order only:
///
///     open      the link accepts calls
///     closing   the link refuses calls; the stop ladder runs, or the child has ended
///     ended     the process is reaped; every call was answered or lost
///
/// A link ends for these reasons: `close`; the exit of the process; the end of its stdout; an error on its stdin; an oversized answer that matches no
/// call; a child that `check` finds stuck or mute; an exception in one of the link's coroutines. Three coroutines read stdout, read stderr and wait
/// for the process; a fourth writes stdin; `run` awaits them. Each keeps the link alive.
///
/// A closing link forwards answers only. Its owner has been notified of the end, or has ended the link itself, and has withdrawn the child's
/// requests; a large message may still arrive after that. Answers that the child wrote before it exited are still in the pipe, so the link reads on
/// for at most 250 ms after the exit before it gives up the calls. The bound is needed because a grandchild can hold the pipe open.
class link {
public:
    enum class state { open, closing, ended };

    /// Makes a link over a process that runs; the link starts with `run`. `name`, `bounds` and `secrets` must outlive the link's end. The link keeps
    /// no owner alive. Without an owner it drops the child's notifications and refuses its requests. `common` pays while the owner has no account;
    /// null for none.
    static std::shared_ptr<link> make(core::executor where, std::unique_ptr<process::child_process> child, const std::string& name,
                                      const core::limits& bounds, const core::redactor& secrets, std::weak_ptr<link_owner> owner,
                                      core::memory_account_ptr common = {});

    /// Runs the link; returns when the link has ended.
    static core::task<void> run(std::shared_ptr<link> self);

    /// Replaces the owner: for a process that was started before its user was known.
    void set_owner(std::weak_ptr<link_owner> owner);

    /// `account` pays for the child's output and for the input that waits to be written, from now on.
    void pay_from(const core::memory_account_ptr& account);

    /// For a link of several clients; to be called before the first call. See `call_table::randomize`.
    void randomize_numbers(std::uint64_t key) { calls_.randomize(key); }

    /// A weak reference, for objects that may outlive the link.
    std::weak_ptr<link> shared() const { return self_; }

    state current() const { return state_; }
    bool is_open() const { return state_ == state::open; }

    /// False from the first sign that the child ends, even while the state is still `open`: a new call would be lost, while answers to earlier calls
    /// may still be on their way.
    bool takes_calls() const { return is_open() && !shows_end(); }

    /// Waits until the state is no longer `open`. If the link accepts no calls, that takes a moment at most. Only one coroutine may wait at a time.
    core::task<void> wait_closing();

    /// Sends the request `message` with the link's own number as its id and as its progress token. `sink` receives the answer. Returns the number.
    /// Errors: limit_reached (calls in flight), child_not_reading, child_exited. `text`, if not null, is the text from which `message` was parsed:
    /// the function moves from it if the text is large, and leaves it unchanged otherwise.
    core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text = nullptr);

    /// Sends the child a cancellation of the call `number`, with `reason` if that is not empty, and removes the call. The notification is always the
    /// bridge's own text: the server could read another member in a client's text than the bridge does.
    void cancel(std::uint64_t number, std::string_view reason);

    /// Forwards a notification unchanged. `text` as for `call`.
    void notify(const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Sends a message of the bridge: one line of JSON.
    void notify_raw(std::string_view words);

    /// Answers the child's request `id` (raw) with a client's answer. `text` as for `call`.
    void answer(std::string_view id, const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Answers the child's request `id` (raw) with an answer of the bridge.
    void answer(std::string_view id, std::string_view result);
    void refuse(std::string_view id, int code, std::string_view text);

    const call_table& calls() const { return calls_; }

    /// Starts the stop ladder: write the remaining input, close stdin, wait, send SIGTERM to the group, wait, send SIGKILL to the group. The calls in
    /// flight are lost for `reason`.
    void close(std::string reason);

    /// True if `close` was called while the link was open: then the end of the child is no failure.
    bool was_closed() const { return was_closed_; }

    /// Records the time at which the child answered `initialize`.
    void note_opened(core::clock::time_point now) { opened_at_ = now; }
    const std::optional<core::clock::time_point>& opened_at() const { return opened_at_; }

    /// The `end_reason` without the child's last output, which can be about a client's call.
    const std::string& bare_end_reason() const { return bare_end_reason_.empty() ? end_reason_ : bare_end_reason_; }

    /// The number of calls that the child has answered.
    std::size_t answered() const { return answered_; }

    /// The time at which the link was made, which is the time at which the process was started.
    core::clock::time_point started_at() const { return started_at_; }

    /// The child's invalid output and the last lines of its stderr, as the end of a sentence; empty if there are none. Secrets are removed.
    std::string last_output() const;

    /// `text`, which the child wrote, for logs and messages: without secrets, safe for one line, and cut to `max_bytes`.
    std::string shown(std::string_view text, std::size_t max_bytes) const;

    /// Pings a child that is silent, and ends a child that does not answer the ping or does not read its input. To be called about once a second.
    void check(core::clock::time_point now);

    /// Kills the process group without the stop ladder.
    void kill() { process_->signal(SIGKILL); }

    /// Kills the process and ends the link after an exception, because the state of the link is then unknown. That end is a failure.
    void break_off();

    /// Does the work of `break_off` and of `run` at once, for an exception that has ended `run`.
    void abandon();

    /// Why the link ended or is ending, as one sentence; empty while the link is open.
    const std::string& end_reason() const { return end_reason_; }

private:
    class outgoing;

    link(core::executor where, std::unique_ptr<process::child_process> child, const std::string& name, const core::limits& bounds,
         const core::redactor& secrets, std::weak_ptr<link_owner> owner, core::memory_account_ptr common);

    static core::task<void> read_output(std::shared_ptr<link> self);
    static core::task<void> read_errors(std::shared_ptr<link> self);
    static core::task<void> write_input(std::shared_ptr<link> self);
    static core::task<void> wait_exit(std::shared_ptr<link> self);
    core::task<void> gather();
    std::size_t write_at_once();
    core::task<boost::system::error_code> write_rest(std::size_t begin);
    core::task<void> stop_ladder();
    core::task<void> wait_until_exited(core::clock::time_point deadline);
    core::task<void> reap();
    void start_parts();

    bool handle_small_line(std::string_view line);
    core::task<void> handle_line(std::string_view line);
    core::task<void> handle_unreadable(std::string_view line, const jsonrpc::read_error& problem);
    core::task<void> handle_invalid_utf8(std::string_view line);
    core::task<void> handle_batch(std::string_view line);
    core::task<void> handle_large_message(const jsonrpc::envelope& message);
    core::task<void> handle_large_answer(const jsonrpc::envelope& message);
    void handle_oversized(const jsonrpc::oversized_line& line);
    void handle_message(const jsonrpc::envelope& message);
    void handle_answer(const jsonrpc::envelope& message);
    void handle_ambiguous(std::string_view line, const jsonrpc::read_error& fault);
    void report_garbage(std::string_view line, std::string_view why);
    bool sends();
    void write_call(const jsonrpc::envelope& message, std::uint64_t number, std::string* text);
    void write_large(std::string_view head, const jsonrpc::envelope& message, std::string_view contents, std::string_view token, std::string* text);
    void refuse_too_long(const jsonrpc::envelope& message, const std::string& wrong);
    std::string report_lack_of_memory(std::size_t bytes);
    void give_up_stuck_line(core::clock::time_point now);
    core::memory_account_ptr payer() const;
    void start_closing(std::string reason);
    void finish();
    bool shows_end() const { return output_ended_ || input_broken_ || has_failed_ || process_->status(); }
    std::string describe_end();

    core::executor where_;
    std::weak_ptr<link> self_;
    std::unique_ptr<process::child_process> process_;
    const std::string& name_;
    const core::limits& bounds_;
    const core::redactor& secrets_;
    std::weak_ptr<link_owner> owner_;
    core::memory_account_ptr common_;
    core::clock::time_point heard_at_ = core::clock::now();
    bool gives_up_line_ = false;  // the pending read was cancelled to give up a large line
    state state_ = state::open;
    std::string end_reason_;
    std::string bare_end_reason_;
    std::size_t answered_ = 0;
    bool was_closed_ = false;
    core::clock::time_point started_at_ = core::clock::now();
    std::optional<core::clock::time_point> opened_at_;

    call_table calls_;
    liveness liveness_;
    log_throttle throttle_;
    jsonrpc::line_framer framer_;
    stderr_log errors_;
    std::size_t garbage_lines_ = 0;
    std::string garbage_;  // the first garbage line, for error messages

    outbox pending_;       // lines not yet handed to the pipe
    outbox writing_;       // lines that are being written
    core::event work_;     // wakes the writer
    core::event changed_;  // wakes `run`: one of the flags below or the state has changed
    core::event closing_;  // wakes the coroutine in `wait_closing`
    bool output_ended_ = false;
    bool errors_ended_ = false;
    bool input_ended_ = false;  // the writer writes nothing more
    bool input_broken_ = false;
    bool has_failed_ = false;    // an exception has ended one of the coroutines
    bool is_unwatched_ = false;  // the coroutine that failed is the one that waited for the exit
};

}  // namespace bridge::child
