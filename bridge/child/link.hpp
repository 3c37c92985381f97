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

/// Receives what a child says of its own accord.
class link_owner {
public:
    virtual ~link_owner() = default;

    /// A notification that belongs to no call by itself.
    virtual void on_notification(link& from, const jsonrpc::envelope& message) = 0;

    /// A request of the child's; it must be answered sooner or later with `link::answer` or `link::refuse`. `ping` never
    /// comes here: the link answers it.
    virtual void on_request(link& from, const jsonrpc::envelope& message) = 0;

    /// It ends without having been told to. Every call is told right after this.
    virtual void on_failure(link& from) = 0;

    /// The link has ended: nothing more comes, every call was told.
    virtual void on_end(link& from) = 0;

    /// Pays for what the child writes and for what waits to be written to it; null for nobody in particular.
    virtual core::memory_account_ptr payer() const { return {}; }

    /// True if several clients' calls run on it. None of them is told the child's last words then, because they may be
    /// about another's call.
    virtual bool serves_several() const { return false; }
};

/// Multiplexes calls onto one child. States, in this order only:
///
///     open      calls are taken
///     closing   no calls are taken; the stop ladder runs, or the child ended and its last output is read
///     ended     the process is reaped; every call has had its answer or was told the reason
///
/// What ends a link: `close`, the process's exit, the end of its stdout, an answer over the limit that is nobody's, a child that does not work (see
/// `check`), stdin that cannot be written. Three coroutines read stdout, read stderr and wait for the process; a fourth writes stdin; `run` awaits
/// them. Each keeps the link alive.
class link {
public:
    enum class state { open, closing, ended };

    /// A link over a started process, not yet running. `name`, `bounds` and `secrets` must outlive the link's end; an
    /// owner that is gone, or none, hears nothing, and the child's requests are refused then. `common` pays for it as long as its owner
    /// has no account; null for nobody.
    static std::shared_ptr<link> make(core::executor where, std::unique_ptr<process::child_process> child, const std::string& name,
                                      const core::limits& bounds, const core::redactor& secrets, std::weak_ptr<link_owner> owner,
                                      core::memory_account_ptr common = {});

    /// Runs a link; returns when it has ended.
    static core::task<void> run(std::shared_ptr<link> self);

    /// Gives it another owner: for a process that was started before it was known who would need it.
    void set_owner(std::weak_ptr<link_owner> owner);

    /// From now on `account` pays for what the child writes and for what waits to be written to it.
    void pay_from(const core::memory_account_ptr& account);

    /// For a link of several clients, before the first call: see `call_table::randomize`.
    void randomize_numbers(std::uint64_t key) { calls_.randomize(key); }

    /// For those who may outlive it.
    std::weak_ptr<link> shared() const { return self_; }

    state current() const { return state_; }
    bool is_open() const { return state_ == state::open; }

    /// False already while it is open if the child has shown that it ends: a call that comes then could only be lost, while those in
    /// flight may still get the answers that are on their way.
    bool takes_calls() const { return is_open() && !shows_end(); }

    /// Returns when it is no longer open. Of one that takes no calls that is a moment at most. One waiter at a time.
    core::task<void> wait_closing();

    /// Sends the request `message` under a number of the link's own, which also replaces its progress token. The answer
    /// goes to `sink`. Returns the number. Errors: limit_reached (calls in flight), child_not_reading, child_exited.
    /// `text`, if given, is what `message` was read from; it is taken over if it is large, and left alone otherwise.
    core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text = nullptr);

    /// Tells the child that the call `number` is cancelled, for `reason` if it is not empty, and forgets the call. The notification is
    /// always the bridge's own: in a client's, the server could read another member than the bridge.
    void cancel(std::uint64_t number, std::string_view reason);

    /// Sends a notification as it is. `text` as for `call`.
    void notify(const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Sends a message of the bridge's own, one line of JSON.
    void notify_raw(std::string_view words);

    /// Answers the child's request `id` (raw) with a client's answer. `text` as for `call`.
    void answer(std::string_view id, const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Answers the child's request `id` (raw) in the bridge's own words.
    void answer(std::string_view id, std::string_view result);
    void refuse(std::string_view id, int code, std::string_view text);

    const call_table& calls() const { return calls_; }

    /// Starts the stop ladder: write what is left to write, close stdin, wait, SIGTERM to the group, wait, SIGKILL to the
    /// group. `reason` is what calls in flight are told.
    void close(std::string reason);

    /// True once it was told to end while it was open: then its end is no failure.
    bool was_closed() const { return was_closed_; }

    /// Notes when the child answered `initialize`.
    void note_opened(core::clock::time_point now) { opened_at_ = now; }
    const std::optional<core::clock::time_point>& opened_at() const { return opened_at_; }

    /// The same without the child's words, which can be about somebody's call.
    const std::string& bare_end_reason() const { return bare_end_reason_.empty() ? end_reason_ : bare_end_reason_; }

    /// How many calls the child has answered.
    std::size_t answered() const { return answered_; }

    /// When the link was made, which is when the process was started.
    core::clock::time_point started_at() const { return started_at_; }

    /// What the child wrote that was no message, and its last words, as the end of a sentence; empty if there is nothing.
    /// Secrets are removed.
    std::string last_output() const;

    /// What the child wrote, for logs and messages: secrets removed, made safe for one line, and cut.
    std::string shown(std::string_view text, std::size_t max_bytes) const;

    /// To be called every second or so: asks a child that is silent whether it lives, and ends one that does not answer, or takes no input.
    void check(core::clock::time_point now);

    /// Kills the process group without any ladder.
    void kill() { process_->signal(SIGKILL); }

    /// Kills the process and ends the link, as after an exception that leaves it in no known state. That is a failure.
    void break_off();

    /// The same if an exception has ended `run`: at once.
    void abandon();

    /// Why it ended or is ending, as one sentence; empty while open.
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
    bool gives_up_line_ = false;  // the read that is pending was cancelled for that
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
    std::string garbage_;  // the first of them, for error messages

    outbox pending_;       // lines not yet handed to the pipe
    outbox writing_;       // lines that are being written
    core::event work_;     // for the writer
    core::event changed_;  // for the supervisor: one of the flags below, or the state
    core::event closing_;  // for who waits until it is closing
    bool output_ended_ = false;
    bool errors_ended_ = false;
    bool input_ended_ = false;  // nothing more is written
    bool input_broken_ = false;
    bool has_failed_ = false;    // an exception has ended one of the coroutines
    bool is_unwatched_ = false;  // that one waited for the exit
};

}  // namespace bridge::child
