#include "bridge/child/changed_lists.hpp"

#include <string>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/mcp/changing_lists.hpp"

namespace bridge::child {

void report_changed_lists(link& source, link_owner& receiver, std::string_view initialize_result) {
    const std::string_view capabilities = jsonrpc::find_member(initialize_result, "capabilities");
    for (const mcp::changing_list& each : mcp::changing_lists) {
        if (!mcp::reports_changes(capabilities, each)) continue;
        const std::string raw = '"' + std::string(each.method) + '"';
        jsonrpc::envelope notice;
        notice.kind = jsonrpc::message_kind::notification;
        notice.method = raw;
        receiver.on_notification(source, notice);
    }
}

}  // namespace bridge::child
