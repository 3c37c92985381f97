// The JSON-RPC connection to a child over the pipes of its process.
#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/child_input.hpp"
#include "bridge/child/child_output.hpp"
#include "bridge/child/link.hpp"
#include "bridge/child/liveness.hpp"
#include "bridge/child/stderr_log.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/process/child_process.hpp"

namespace bridge::child {

/// The link to a child process. It ends for these reasons: `close`; the exit of the process; the end of its stdout; an error on its stdin; an
/// oversized answer that matches no call; a child that `check` finds stuck or mute; an exception in one of the link's coroutines. Three coroutines
/// read stdout, read stderr and wait for the process; a fourth writes stdin; `run` awaits them. Each keeps the link alive.
///
/// Answers that the child wrote before it exited are still in the pipe, so the link reads on for at most 250 ms after the exit before it gives up the
/// calls. The bound is needed because a grandchild can hold the pipe open. A long message that is being parsed when the link closes may still arrive
/// after that.
class process_link final : public link, private output_receiver {
public:
    /// Makes a link over a process that runs; the link starts with `run`. `command`, which started it, `bounds` and `secrets` must outlive the link's
    /// end. `common` pays while the owner has no account; null for none.
    static std::shared_ptr<process_link> make(core::executor executor, std::unique_ptr<process::child_process> child, const process::command& command,
                                              const core::limits& bounds, const core::redactor& secrets, std::weak_ptr<link_owner> owner,
                                              core::memory_account_ptr common = {});

    static core::task<void> run(std::shared_ptr<process_link> self);  ///< runs the link; returns when the link has ended

    void abandon();  ///< does the work of `break_off` and of `run` at once, for an exception that has ended `run`

    bool accepts_calls() const override { return is_open() && !shows_end(); }
    bool has_read_input() const override;
    core::task<void> wait_closing() override;
    core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text = nullptr) override;
    core::result<std::uint64_t> call_spliced(std::string_view method, const spliced_params& params, std::shared_ptr<call_sink> sink) override;
    void cancel(std::uint64_t number, std::string_view reason) override;
    void notify(const jsonrpc::envelope& message, std::string* text = nullptr) override;
    void notify_raw(std::string_view words) override;
    void answer(std::string_view id, const jsonrpc::envelope& message, std::string* text = nullptr) override;
    void answer(std::string_view id, std::string_view result) override;
    void answer_shared(std::string_view id, const core::shared_text& result) override;
    void refuse(std::string_view id, int code, std::string_view text) override;
    void set_owner(std::weak_ptr<link_owner> owner) override;
    void pay_from(const core::memory_account_ptr& account) override;

    /// Starts the stop ladder: write the remaining input, close stdin, wait, send SIGTERM to the group, wait, send SIGKILL to the group.
    void close(std::string reason) override;
    void kill() override { process_->signal(SIGKILL); }
    void break_off() override;

    /// Pings a child that is silent, and ends a child that does not answer the ping or does not read its input.
    void check(core::clock::time_point now) override;

    std::string last_output() const override;
    std::string shown(std::string_view text, std::size_t max_bytes) const override { return secrets_.shown(text, max_bytes); }

private:
    process_link(core::executor executor, std::unique_ptr<process::child_process> child, const process::command& command, const core::limits& bounds,
                 const core::redactor& secrets, std::weak_ptr<link_owner> owner, core::memory_account_ptr common);

    static core::task<void> read_output(std::shared_ptr<process_link> self);
    static core::task<void> read_errors(std::shared_ptr<process_link> self);
    static core::task<void> write_input(std::shared_ptr<process_link> self);
    static core::task<void> wait_exit(std::shared_ptr<process_link> self);
    void start_parts();
    bool shows_end() const { return output_ended_ || input_broken_ || has_failed_ || process_->status(); }
    void start_closing(std::string reason);
    void finish();
    std::string describe_end();
    core::task<void> stop_ladder();
    core::task<void> wait_until_exited(core::clock::time_point deadline);
    core::task<void> reap();
    bool may_send();
    core::result<std::uint64_t> add_call(std::shared_ptr<call_sink> sink, auto&& write);
    core::memory_account_ptr payer() const;

    void on_message(const jsonrpc::envelope& message) override;
    core::task<void> on_long_message(const jsonrpc::envelope& message) override;
    void on_oversized_line(const jsonrpc::oversized_line& line) override;
    void on_unusable_message(const jsonrpc::read_error& fault) override;
    void handle_answer(const jsonrpc::envelope& message);
    core::task<void> handle_long_answer(const jsonrpc::envelope& message);
    void refuse_too_long(const jsonrpc::envelope& message, const std::string& excess);
    std::string report_lack_of_memory(std::size_t bytes);

    core::executor executor_;
    std::unique_ptr<process::child_process> process_;
    const std::string& name_;
    const std::vector<std::string>& withheld_;
    const core::limits& bounds_;
    const core::redactor& secrets_;
    std::weak_ptr<link_owner> owner_;
    core::memory_account_ptr common_;
    liveness liveness_;
    log_throttle throttle_;
    echo_filter echo_;
    child_input input_;
    child_output output_;
    stderr_log errors_;
    core::event changed_;  // wakes `run`: one of the flags below or the state has changed
    core::event closing_;  // wakes the coroutine in `wait_closing`
    bool output_ended_ = false;
    bool errors_ended_ = false;
    bool input_ended_ = false;
    bool input_broken_ = false;
    bool had_read_input_ = false;  // when the link left the state `open`
    bool has_failed_ = false;      // an exception has ended one of the coroutines
    bool is_unwatched_ = false;    // the coroutine that failed is the one that waited for the exit
};

}  // namespace bridge::child
