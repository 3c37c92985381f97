#include "bridge/era/modern_form.hpp"

#include "bridge/era/completed_answer.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {

void modern_form::complete(std::string& text, const jsonrpc::envelope& answer) const {
    if (answer.kind == jsonrpc::message_kind::error) return complete_error(text, answer.error.size());
    const std::shared_ptr<modern_client> client = client_.lock();
    const std::string_view server_info = client ? client->server_info() : std::string_view();
    complete_result(text, answer.result.size(), {.is_cacheable = is_cacheable_, .server_info = server_info});
}

bool modern_form::admits(const jsonrpc::envelope& message) const {
    if (!message.is_method(mcp::method::message)) return true;
    const std::optional<mcp::log_level> level = level_ ? mcp::read_log_level(jsonrpc::find_member(message.params, "level")) : std::nullopt;
    return level && *level >= *level_;
}

}  // namespace bridge::era
