// The parsing of a child's lines, and the forwarding of large messages in slices, so that other clients do not wait.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "bridge/child/link.hpp"
#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/turn.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

constexpr std::string_view blanks = " \t\r";

// The number of batch members that are no messages and are skipped between two looks at the clock.
constexpr std::size_t unclocked_garbage = 64;

// Requests and notifications up to this size are copied in one turn, which takes some milliseconds.
constexpr std::size_t copied_at_once = 16 * 1024 * 1024;

// Makes the record that the framer would leave for a line over the limit: its size and both ends.
jsonrpc::oversized_line ends_of(std::string_view line, std::size_t size) {
    constexpr std::size_t kept = 4 * 1024;
    const std::string_view head = line.substr(0, kept);
    const std::string_view rest = line.substr(head.size());
    return {.size = size, .head = core::repair_utf8(head), .tail = core::repair_utf8(rest.substr(rest.size() - std::min(kept, rest.size())))};
}

}  // namespace

// Handles a line that is one small message, as nearly every line is. Returns false for any other line.
bool link::handle_small_line(std::string_view line) {
    if (line.size() > jsonrpc::slice_bytes) return false;
    const auto read = jsonrpc::read_envelope(line, bounds_.json_depth);
    const auto* const message = std::get_if<jsonrpc::envelope>(&read);
    if (message != nullptr) handle_message(*message);
    return message != nullptr;
}

core::task<void> link::handle_line(std::string_view line) {
    const std::size_t begin = co_await find_in_slices(where_, line, blanks, true);
    if (begin == std::string_view::npos) co_return;
    const jsonrpc::read_outcome read = co_await read_in_slices(where_, line, bounds_.json_depth);
    if (const auto* const message = std::get_if<jsonrpc::envelope>(&read)) {
        co_await handle_large_message(*message);
    } else {
        co_await handle_unreadable(line, std::get<jsonrpc::read_error>(read));
    }
}

core::task<void> link::handle_unreadable(std::string_view line, const jsonrpc::read_error& problem) {
    if (problem.is_batch) {
        co_await handle_batch(line);
        co_return;
    }
    if (problem.code == core::errc::ambiguous_names) {
        handle_ambiguous(line, problem);
        co_return;
    }
    if (problem.code == core::errc::invalid_utf8) {
        co_await handle_invalid_utf8(line);
        co_return;
    }
    // Some servers print a text without a newline, so that a message follows it on the same line.
    const std::size_t brace = co_await find_in_slices(where_, line, "{");
    if (brace != std::string_view::npos && brace != 0) {
        const jsonrpc::read_outcome rest = co_await read_in_slices(where_, line.substr(brace), bounds_.json_depth);
        if (const auto* const message = std::get_if<jsonrpc::envelope>(&rest)) {
            report_garbage(line.substr(0, brace), "text before a message");
            co_await handle_large_message(*message);
            co_return;
        }
    }
    report_garbage(line, problem.text);
}

core::task<void> link::handle_invalid_utf8(std::string_view line) {
    core::memory_charge twice(payer(), core::memory_use::child_line);
    if (line.size() > core::small_message_bytes && !twice.may_grow_to(line.size())) {
        jsonrpc::oversized_line ends = ends_of(line, line.size());
        ends.lacked_memory = true;
        handle_oversized(ends);
        co_return;
    }
    twice.set(line.size());
    const std::string repaired = co_await repair_in_slices(where_, line, bounds_.line_bytes);
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent bytes that are not UTF-8; they are replaced", name_);
    if (repaired.empty()) {
        handle_oversized(ends_of(line, line.size()));
    } else {
        co_await handle_line(repaired);
    }
}

core::task<void> link::handle_batch(std::string_view line) {
    jsonrpc::batch_reader reading(line, bounds_.json_depth);
    core::turn turn(where_);
    for (;;) {
        while (!reading.advance()) {
            if (turn.is_over()) co_await turn.next();
        }
        const std::optional<jsonrpc::batch_member> member = reading.take();
        if (!member) co_return;
        if (const jsonrpc::envelope* const message = member->message()) {
            co_await handle_large_message(*message);
        } else if (member->fault()->code == core::errc::ambiguous_names) {
            handle_ambiguous(member->raw, *member->fault());
        } else {
            report_garbage(member->raw, member->fault()->text);
            // Such members can have one byte each, so a look at the clock for each would cost more than the member.
            if (garbage_lines_ % unclocked_garbage != 0) continue;
        }
        if (turn.is_over()) co_await turn.next();
    }
}

// Handles a message of any size.
core::task<void> link::handle_large_message(const jsonrpc::envelope& message) {
    // The link may have ended during the parsing.
    if (state_ == state::ended) co_return;
    const bool is_answer = message.kind == jsonrpc::message_kind::result || message.kind == jsonrpc::message_kind::error;
    if (is_answer && message.contents().size() > jsonrpc::slice_bytes) {
        co_await handle_large_answer(message);
    } else if (message.params.size() > std::max(bounds_.stream_bytes, copied_at_once) && message.id.size() <= core::longest_id_bytes) {
        // No stream accepts a message of that size; this is known before the copy.
        core::meters().note_hit(core::bound::stream_size);
        const std::string size = std::to_string(message.params.size()) + " bytes, more than may wait for a client (--limit max-stream-size=SIZE)";
        if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message of {}; it is dropped", name_, size);
        if (!message.id.empty()) refuse(message.id, jsonrpc::error_code::internal_error, "the request has " + size);
    } else {
        handle_message(message);
    }
}

// Makes the text for the caller in slices, because a copy of it, or an insertion in front of it, would take long later.
core::task<void> link::handle_large_answer(const jsonrpc::envelope& message) {
    const auto number = jsonrpc::minted_number(message.id);
    const call_sink* const waiting = number ? calls_.find(*number) : nullptr;
    if (waiting == nullptr) {
        handle_answer(message);
        co_return;
    }
    // The contents exist twice for a moment.
    core::memory_charge twice(payer(), core::memory_use::child_line);
    if (!twice.may_grow_to(message.contents().size())) {
        calls_.take(*number)->on_lost("the server's answer has " + report_lack_of_memory(message.contents().size()));
        co_return;
    }
    twice.set(message.contents().size());
    std::string text = waiting->answer_head(message.kind);
    co_await copy_in_slices(where_, text, message.contents(), message.has_line_breaks);
    const std::shared_ptr<call_sink> sink = calls_.take(*number);
    if (!sink) {
        // The call was cancelled meanwhile.
        ++core::meters().late_answers;
        co_return;
    }
    ++answered_;
    text += jsonrpc::answer_tail;
    twice.set(0);
    sink->on_large_answer(message, std::move(text));
}

}  // namespace bridge::child
