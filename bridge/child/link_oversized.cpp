// The handling of a child's message that is over the limit.
#include <spdlog/spdlog.h>

#include "bridge/child/link.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {

// Reports a message for which there is no memory. Returns a description of its size for the error text.
std::string link::report_lack_of_memory(std::size_t bytes) {
    if (const auto account = payer()) {
        account->budget().report(core::memory_measure::line_refused, "a large message of the server process was dropped");
    }
    return std::to_string(bytes) + " bytes, for which the bridge has no memory at the moment (--max-memory)";
}

// Only the call of the message fails. No client may wait for an answer that was discarded: if the call is unknown, all calls fail.
void link::handle_oversized(const jsonrpc::oversized_line& line) {
    std::string size =
        std::to_string(line.size) + " bytes, more than the " + std::to_string(bounds_.line_bytes) + " that one message may have (--max-line-size)";
    if (line.lacked_memory) {
        size = report_lack_of_memory(line.size);
    } else {
        core::meters().note_hit(core::bound::line_size);
    }
    const jsonrpc::oversized_message message = jsonrpc::read_oversized(line);
    if (!message.is_object) return report_garbage(line.head, "a line of " + size);
    if (throttle_.admits(core::clock::now())) spdlog::warn("[{}] sent a message of {}; it is dropped", name_, size);
    if (message.is_call) {
        if (!message.id.empty()) refuse(message.id, jsonrpc::error_code::internal_error, "the request has " + size);
        return;
    }
    auto number = jsonrpc::minted_number(message.id);
    if (number && calls_.find(*number) == nullptr && calls_.was_minted(*number)) return;
    const auto sink = number ? calls_.take(*number) : nullptr;
    if (sink) return sink->on_lost("the server's answer has " + size);
    start_closing("the server process sent a message of " + size);
}

}  // namespace bridge::child
