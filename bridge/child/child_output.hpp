// The messages that a child writes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/child/echo_filter.hpp"
#include "bridge/child/liveness.hpp"
#include "bridge/child/log_throttle.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/log.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/line_framer.hpp"
#include "bridge/process/child_process.hpp"

namespace bridge::child {

/// Receives the messages of a child, in the order in which the child wrote them.
class output_receiver {
public:
    /// A message that is at most `jsonrpc::slice_bytes` long. The views in `message` are valid during the call.
    virtual void on_message(const jsonrpc::envelope& message) = 0;

    /// A message of any size. The views in `message` are valid until the coroutine ends.
    virtual core::task<void> on_long_message(const jsonrpc::envelope& message) = 0;

    /// A line over `limits.line_bytes`, or for which there is no memory; only its ends are known.
    virtual void on_oversized_line(const jsonrpc::oversized_line& line) = 0;

    /// A message that cannot be used, but has an id: `fault` has the id and the kind of the message. The views in it are valid during the call.
    virtual void on_unusable_message(const jsonrpc::read_error& fault) = 0;

protected:
    ~output_receiver() = default;
};

/// Reads the stdout of a child, and parses its lines. Long lines are parsed in slices, so that other clients do not wait. Text that is no message is
/// logged and dropped, on a line of its own or beside messages; some servers print texts to their stdout. Echoes of the bridge's lines are dropped.
class child_output {
public:
    /// All arguments must outlive the object. `name` is the child's name in the log.
    child_output(core::executor executor, const core::limits& bounds, const std::string& name, const core::redactor& secrets, log_throttle& throttle,
                 echo_filter& echo, output_receiver& receiver)
        : executor_(executor), bounds_(bounds), name_(name), secrets_(secrets), throttle_(throttle), echo_(echo), receiver_(receiver),
          framer_(bounds.line_bytes) {}

    /// `account` pays for the lines that are being read; null for nobody.
    void pay_from(const core::memory_account_ptr& account);

    /// Reads `pipe` to its end, and reports each read to `life`. All arguments and this object must outlive the coroutine.
    core::task<void> read_all(process::child_process::output_pipe& pipe, liveness& life);

    /// Gives up an unfinished line that no longer grows, if memory is tight, so that it does not hold memory without end.
    void give_up_stuck_line(process::child_process::output_pipe& pipe, core::clock::time_point now);

    /// Logs and counts a line that is no message.
    void report_garbage(std::string_view line, std::string_view reason);

    /// The output that was no message, for error messages, as the end of a sentence: the first such line, and an unfinished line. Empty if there is
    /// none. Secrets are removed.
    std::string noise() const;

private:
    bool handle_short_line(std::string_view line);
    core::task<void> handle_line(std::string_view line);
    core::task<void> handle_unreadable(std::string_view line, const jsonrpc::read_error& fault);
    core::task<void> handle_invalid_utf8(std::string_view line);
    template <class Reader>
    core::task<void> handle_members(Reader& reading);
    bool handle_fault(std::string_view raw, const jsonrpc::read_error& fault);
    bool is_echo(std::string_view line);
    void check_version(const jsonrpc::envelope& message);

    core::executor executor_;
    const core::limits& bounds_;
    const std::string& name_;
    const core::redactor& secrets_;
    log_throttle& throttle_;
    echo_filter& echo_;
    output_receiver& receiver_;
    core::memory_account_ptr account_;
    jsonrpc::line_framer framer_;
    core::clock::time_point heard_at_ = core::clock::now();
    bool gives_up_line_ = false;  // the pending read was cancelled to give up a long line
    bool has_ended_ = false;      // the child has closed its output
    bool lacks_version_ = false;  // an answer without "jsonrpc" was logged
    std::size_t garbage_lines_ = 0;
    std::string first_garbage_;
};

}  // namespace bridge::child
