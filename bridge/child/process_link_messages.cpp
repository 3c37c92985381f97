// The handling of a child's messages.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "bridge/child/process_link.hpp"
#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::child {
namespace {

// Requests and notifications up to this size are copied in one turn, which takes some milliseconds.
constexpr std::size_t copied_at_once = 16 * 1024 * 1024;

// Returns the reason why an answer fails its call, for the client.
std::string unusable(const jsonrpc::read_error& fault) {
    switch (fault.code) {
        case core::errc::ambiguous_names: return "the server's answer is ambiguous: it has " + fault.text;
        case core::errc::not_json_rpc: return "the server's answer is no valid JSON-RPC message: " + fault.text;
        case core::errc::too_deep: return "the server's answer is " + fault.text + " (--limit max-json-depth)";
        default: return "the server's answer is no valid JSON: " + fault.text;
    }
}

}  // namespace

void process_link::on_message(const jsonrpc::envelope& message) {
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
    if (!token) return;
    if (call_sink* const sink = calls_.find(*token)) {
        sink->on_message(message);
    } else if (const std::shared_ptr<task_sink> of_task = calls_.tasks().find(*token)) {
        of_task->on_progress(message);
    }
}

// An id of that length is not echoed. JSON-RPC 2.0 (section 5) uses null for an id that could not be read.
void process_link::refuse_too_long(const jsonrpc::envelope& message, const std::string& excess) {
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message that is refused: {}", name_, excess);
    if (message.kind == jsonrpc::message_kind::notification) return;
    const bool can_echo = message.id.size() <= core::longest_id_bytes;
    refuse(can_echo ? message.id : std::string_view("null"), jsonrpc::error_code::invalid_request, excess);
}

void process_link::handle_answer(const jsonrpc::envelope& message) {
    const auto number = jsonrpc::minted_number(message.id);
    if (const auto sink = number ? calls_.remove(*number) : nullptr) {
        record_answer(*sink);
        echo_.record_answer();
        sink->on_answer(message);
        return calls_.tasks().add(*number, sink->task());
    }
    ++core::meters().late_answers;
    if (number && calls_.was_minted(*number)) {
        spdlog::debug("[{}] answered request {} that nobody waits for any more", name_, *number);
    } else if (throttle_.admits(core::clock::now())) {
        spdlog::warn("[{}] answered a request that was never sent: id {}", name_, shown(message.id, 64));
    }
}

core::task<void> process_link::on_long_message(const jsonrpc::envelope& message) {
    // The link may have ended during the parsing.
    if (state_.is(state::ended)) co_return;
    const bool is_answer = message.kind == jsonrpc::message_kind::result || message.kind == jsonrpc::message_kind::error;
    if (is_answer && message.contents().size() > jsonrpc::slice_bytes) {
        co_await handle_long_answer(message);
    } else if (message.params.size() > std::max(bounds_.stream_bytes, copied_at_once) && message.id.size() <= core::longest_id_bytes) {
        // No stream accepts a message of that size; this is known before the copy.
        core::meters().count_hit(core::bound::stream_size);
        const std::string size = std::to_string(message.params.size()) + " bytes, more than may wait for a client (--limit max-stream-size=SIZE)";
        if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message of {}; it is dropped", name_, size);
        if (!message.id.empty()) refuse(message.id, jsonrpc::error_code::internal_error, "the request has " + size);
    } else {
        on_message(message);
    }
}

// Makes the text for the caller in slices, because a copy of it, or an insertion in front of it, would take long later.
core::task<void> process_link::handle_long_answer(const jsonrpc::envelope& message) {
    const auto number = jsonrpc::minted_number(message.id);
    const call_sink* const waiting = number ? calls_.find(*number) : nullptr;
    if (waiting == nullptr) {
        handle_answer(message);
        co_return;
    }
    // The contents exist twice for a moment.
    core::memory_charge twice(payer(), core::memory_use::child_line);
    if (!twice.may_grow_to(message.contents().size())) {
        calls_.remove(*number)->on_lost("the server's answer has " + report_lack_of_memory(message.contents().size()));
        co_return;
    }
    twice.set(message.contents().size());
    std::string text = waiting->answer_head(message.kind);
    co_await copy_in_slices(executor_, text, message.contents(), message.has_line_breaks);
    const std::shared_ptr<call_sink> sink = calls_.remove(*number);
    if (!sink) {
        // The call was cancelled meanwhile.
        ++core::meters().late_answers;
        co_return;
    }
    record_answer(*sink);
    echo_.record_answer();
    text += jsonrpc::answer_tail;
    twice.set(0);
    sink->on_large_answer(message, std::move(text));
    calls_.tasks().add(*number, sink->task());
}

// Reports a message for which there is no memory. Returns a description of its size for the error text.
std::string process_link::report_lack_of_memory(std::size_t bytes) {
    if (const auto account = payer()) {
        account->budget().report(core::memory_measure::line_refused, "a large message of the server process was dropped");
    }
    return std::to_string(bytes) + " bytes, for which the bridge has no memory at the moment (--max-memory)";
}

// Only the call of the message fails. No client may wait for an answer that was discarded: if the call is unknown, all calls fail.
void process_link::on_oversized_line(const jsonrpc::oversized_line& line) {
    std::string size =
        std::to_string(line.size) + " bytes, more than the " + std::to_string(bounds_.line_bytes) + " that one message may have (--max-line-size)";
    if (line.lacked_memory) {
        size = report_lack_of_memory(line.size);
    } else {
        core::meters().count_hit(core::bound::line_size);
    }
    const jsonrpc::oversized_message message = jsonrpc::read_oversized(line);
    if (!message.is_object) return output_.report_garbage(line.head, "a line of " + size);
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message of {}; it is dropped", name_, size);
    if (message.is_call) {
        if (!message.id.empty()) refuse(message.id, jsonrpc::error_code::internal_error, "the request has " + size);
        return;
    }
    auto number = jsonrpc::minted_number(message.id);
    if (number && calls_.find(*number) == nullptr && calls_.was_minted(*number)) return;
    const auto sink = number ? calls_.remove(*number) : nullptr;
    if (sink) return sink->on_lost("the server's answer has " + size);
    start_closing("the server process sent a message of " + size);
}

// The message is not forwarded, because its receiver may read it in another way than the bridge. It must not leave a wait without end either: a
// request is refused, and the call of an answer fails. If the answer has two ids, it may be meant for either call: then it fails the one that is in
// flight, and none if both are, because the other call may still get its answer.
void process_link::on_unusable_message(const jsonrpc::read_error& fault) {
    if (fault.is_call) {
        if (fault.id.empty()) return;
        const bool can_echo = fault.id.size() <= core::longest_id_bytes;
        return refuse(can_echo ? fault.id : std::string_view("null"), jsonrpc::error_code::invalid_request, "Invalid Request: " + fault.text);
    }
    const auto call_of = [this](std::string_view id) {
        const auto number = jsonrpc::minted_number(id);
        return number && calls_.find(*number) != nullptr ? number : std::nullopt;
    };
    const auto number = call_of(fault.id);
    const auto other = call_of(fault.other_id);
    if (number && other && number != other) return;
    if (const auto meant = number ? number : other) calls_.remove(*meant)->on_lost(unusable(fault));
}

}  // namespace bridge::child
