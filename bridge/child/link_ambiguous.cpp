// The handling of a child's message whose member names different readers read in different ways.
#include "bridge/child/link.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {

// The message is not forwarded, because its receiver may read it in another way than the bridge. It must not leave a wait without end either: a
// request is refused, and the call of an answer fails.
void link::handle_ambiguous(std::string_view line, const jsonrpc::read_error& fault) {
    report_garbage(line, fault.text);
    if (fault.id.empty()) return;
    const bool can_echo = fault.id.size() <= core::longest_id_bytes;
    if (fault.is_call)
        return refuse(can_echo ? fault.id : std::string_view("null"), jsonrpc::error_code::invalid_request, "Invalid Request: " + fault.text);
    const auto number = jsonrpc::minted_number(fault.id);
    if (const auto sink = number ? calls_.take(*number) : nullptr) sink->on_lost("the server's answer is ambiguous: it has " + fault.text);
}

}  // namespace bridge::child
