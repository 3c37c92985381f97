#include "bridge/child/child_output.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/turn.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/mixed_line.hpp"

namespace bridge::child {
namespace {

constexpr std::string_view blanks = " \t\r";

constexpr auto version_rule = jsonrpc::version_rule::optional_in_answers;

// The bytes of a child's text that are quoted.
constexpr std::size_t quoted_bytes = 200;

// The number of garbage lines of a child that are logged; the bridge only counts further lines.
constexpr std::size_t logged_garbage = 10;

// The number of batch members that are no messages and are skipped between two looks at the clock.
constexpr std::size_t unclocked_garbage = 64;

// The time after which an unfinished line that no longer grows is given up.
constexpr std::chrono::seconds stuck_after{30};

// Makes the record that the framer would leave for a line over the limit: its size and both ends.
jsonrpc::oversized_line ends_of(std::string_view line, std::size_t size) {
    constexpr std::size_t kept = 4 * 1024;
    const std::string_view head = line.substr(0, kept);
    const std::string_view rest = line.substr(head.size());
    return {.size = size, .head = core::repair_utf8(head), .tail = core::repair_utf8(rest.substr(rest.size() - std::min(kept, rest.size())))};
}

}  // namespace

void child_output::pay_from(const core::memory_account_ptr& account) {
    account_ = account;
    framer_.pay_from(account);
}

core::task<void> child_output::read_all(process::child_process::output_pipe& pipe, liveness& life) {
    core::turn turn(executor_);
    for (;;) {
        const std::span<char> room = framer_.prepare();
        const auto [error, count] = co_await pipe.async_read_some(boost::asio::buffer(room.data(), room.size()), core::nothrow);
        if (error == boost::asio::error::operation_aborted && std::exchange(gives_up_line_, false)) {
            framer_.give_up_large_line();
            continue;
        }
        if (error) break;
        core::pass("link.read_output");
        heard_at_ = core::clock::now();
        life.record_heard(heard_at_);
        core::meters().child_bytes_received += count;
        framer_.commit(count);
        turn.begin(heard_at_);
        for (;;) {
            const auto line = framer_.next();
            if (!line) {
                const auto oversized = framer_.remove_oversized();
                if (!oversized) break;
                receiver_.on_oversized_line(*oversized);
            } else if (!handle_short_line(*line)) {
                co_await handle_line(*line);
            }
            if (turn.is_over_after(line ? line->size() : 0)) co_await turn.next();
        }
    }
    has_ended_ = true;
    // The rest without a newline can be a whole message, because some servers omit the last newline.
    if (!framer_.is_skipping() && !framer_.remainder().empty()) co_await handle_line(framer_.remainder());
    // The link lives on for as long as its session.
    framer_.release();
}

void child_output::give_up_stuck_line(process::child_process::output_pipe& pipe, core::clock::time_point now) {
    if (!account_ || !account_->budget().is_tight() || now - heard_at_ < stuck_after || !framer_.holds_large_line()) return;
    // The pending read owns the buffer, so that read must be cancelled first.
    gives_up_line_ = true;
    boost::system::error_code ignored;
    pipe.cancel(ignored);
}

// Handles a line that is one short message, as nearly every line is. Returns false for any other line.
bool child_output::handle_short_line(std::string_view line) {
    if (line.size() > jsonrpc::slice_bytes) return false;
    if (is_echo(line)) return true;
    const auto read = jsonrpc::read_envelope(line, bounds_.json_depth, version_rule);
    const auto* const message = std::get_if<jsonrpc::envelope>(&read);
    if (message == nullptr) return false;
    check_version(*message);
    receiver_.on_message(*message);
    return true;
}

core::task<void> child_output::handle_line(std::string_view line) {
    const std::size_t begin = co_await find_in_slices(executor_, line, blanks, true);
    if (begin == std::string_view::npos) co_return;
    const jsonrpc::read_outcome read = co_await read_in_slices(executor_, line, bounds_.json_depth, version_rule);
    if (const auto* const message = std::get_if<jsonrpc::envelope>(&read)) {
        check_version(*message);
        co_await receiver_.on_long_message(*message);
    } else {
        co_await handle_unreadable(line, std::get<jsonrpc::read_error>(read));
    }
}

core::task<void> child_output::handle_unreadable(std::string_view line, const jsonrpc::read_error& fault) {
    if (fault.is_batch) {
        jsonrpc::batch_reader batch(line, bounds_.json_depth, version_rule);
        co_await handle_members(batch);
    } else if (fault.code == core::errc::invalid_utf8) {
        co_await handle_invalid_utf8(line);
    } else if (fault.code == core::errc::ambiguous_names || fault.code == core::errc::not_json_rpc) {
        handle_fault(line, fault);
    } else {
        jsonrpc::mixed_line_reader mixed(line, bounds_.json_depth, version_rule, fault.text);
        co_await handle_members(mixed);
    }
}

core::task<void> child_output::handle_invalid_utf8(std::string_view line) {
    core::memory_charge twice(account_, core::memory_use::child_line);
    // Each byte that is not UTF-8 becomes three.
    const std::size_t size = co_await repaired_size(executor_, line);
    if (size > core::small_message_bytes && size <= bounds_.line_bytes && !twice.may_grow_to(size)) {
        jsonrpc::oversized_line ends = ends_of(line, line.size());
        ends.lacked_memory = true;
        receiver_.on_oversized_line(ends);
        co_return;
    }
    std::string repaired;
    if (size <= bounds_.line_bytes) {
        twice.set(size);
        repaired = co_await repair_in_slices(executor_, line, size);
    }
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent bytes that are not UTF-8; they are replaced", name_);
    if (repaired.empty()) {
        receiver_.on_oversized_line(ends_of(line, line.size()));
    } else {
        co_await handle_line(repaired);
    }
}

// Handles the members of a batch or of a mixed line, in their order.
template <class Reader>
core::task<void> child_output::handle_members(Reader& reading) {
    core::turn turn(executor_);
    for (;;) {
        while (!reading.advance()) {
            if (turn.is_over()) co_await turn.next();
        }
        const std::optional<jsonrpc::batch_member> member = reading.remove_member();
        if (!member) co_return;
        if (const jsonrpc::envelope* const message = member->message()) {
            if (is_echo(member->raw)) continue;
            if (member->raw.size() > jsonrpc::slice_bytes && !message->known) {
                // As a member it was not read as a large message.
                co_await handle_line(member->raw);
                continue;
            }
            check_version(*message);
            co_await receiver_.on_long_message(*message);
        } else if (member->fault()->code == core::errc::invalid_utf8) {
            co_await handle_invalid_utf8(member->raw);
        } else if (!handle_fault(member->raw, *member->fault()) && garbage_lines_ % unclocked_garbage != 0) {
            // Such members can have one byte each, so a look at the clock for each would cost more than the member.
            continue;
        }
        if (turn.is_over()) co_await turn.next();
    }
}

// Returns true if the receiver was told about a message that cannot be used. Text that broke off because the child has ended is no such message: the
// end of the child explains more to the clients.
bool child_output::handle_fault(std::string_view raw, const jsonrpc::read_error& fault) {
    if (fault.code == core::errc::too_deep) core::meters().count_hit(core::bound::json_depth);
    report_garbage(raw, fault.text);
    if (has_ended_ || (!fault.is_answer && !fault.is_call) || (fault.id.empty() && fault.other_id.empty())) return false;
    receiver_.on_unusable_message(fault);
    return true;
}

// True if `line` is an echo of the bridge's own line. The first one is logged.
bool child_output::is_echo(std::string_view line) {
    if (!echo_.is_on()) return false;
    const bool is_first = !echo_.has_echoed();
    if (!echo_.removes(line)) return false;
    if (is_first) {
        spdlog::warn(
            "[{}] writes back what it reads, as a terminal does; these lines are dropped. Start the server without a terminal "
            "(docker run -i instead of -it, no script or unbuffer), or turn off its echo (stty -echo)",
            name_);
    }
    return true;
}

void child_output::check_version(const jsonrpc::envelope& message) {
    if (!message.lacks_version || std::exchange(lacks_version_, true)) return;
    spdlog::warn("[{}] answers without \"jsonrpc\":\"2.0\"; the bridge forwards these answers as if it were there", name_);
}

void child_output::report_garbage(std::string_view line, std::string_view reason) {
    ++core::meters().child_garbage_lines;
    if (++garbage_lines_ > logged_garbage) return;
    const std::string text = secrets_.shown(line, quoted_bytes);
    if (garbage_lines_ == 1) first_garbage_ = text;
    spdlog::warn("[{}] wrote to stdout what is no message ({}): {}", name_, reason, text);
    if (garbage_lines_ == logged_garbage) spdlog::warn("[{}] further such lines are counted, not logged", name_);
}

std::string child_output::noise() const {
    std::string out;
    if (echo_.has_echoed()) out += "; it writes back what it reads, as a terminal does";
    if (!first_garbage_.empty()) out += "; it wrote to stdout what is no JSON-RPC message: " + first_garbage_;
    const std::string_view unfinished = has_ended_ ? std::string_view() : framer_.remainder();
    if (!unfinished.empty()) {
        out += "; it wrote to stdout, without the end of a line: " + secrets_.beginning(unfinished, quoted_bytes, true);
        if (unfinished.size() > quoted_bytes) out += core::length_note(unfinished.size());
    }
    return out;
}

}  // namespace bridge::child
