// Method, header and member names of MCP, and its error codes.
#pragma once

#include <string_view>

namespace bridge::mcp {

namespace method {
inline constexpr std::string_view initialize = "initialize";
inline constexpr std::string_view initialized = "notifications/initialized";
inline constexpr std::string_view cancelled = "notifications/cancelled";
inline constexpr std::string_view progress = "notifications/progress";
inline constexpr std::string_view message = "notifications/message";
inline constexpr std::string_view ping = "ping";
inline constexpr std::string_view sampling = "sampling/createMessage";
inline constexpr std::string_view elicitation = "elicitation/create";
inline constexpr std::string_view roots = "roots/list";
inline constexpr std::string_view set_level = "logging/setLevel";
inline constexpr std::string_view subscribe = "resources/subscribe";
inline constexpr std::string_view unsubscribe = "resources/unsubscribe";
inline constexpr std::string_view resource_updated = "notifications/resources/updated";
inline constexpr std::string_view tasks_get = "tasks/get";
inline constexpr std::string_view tasks_list = "tasks/list";
inline constexpr std::string_view tasks_result = "tasks/result";
inline constexpr std::string_view tasks_cancel = "tasks/cancel";
inline constexpr std::string_view tasks_update = "tasks/update";
inline constexpr std::string_view task_changed = "notifications/tasks";
inline constexpr std::string_view task_prefix = "tasks/";
inline constexpr std::string_view task_status = "notifications/tasks/status";
inline constexpr std::string_view notification_prefix = "notifications/";
inline constexpr std::string_view discover = "server/discover";
inline constexpr std::string_view listen = "subscriptions/listen";
inline constexpr std::string_view tools_changed = "notifications/tools/list_changed";
inline constexpr std::string_view prompts_changed = "notifications/prompts/list_changed";
inline constexpr std::string_view resources_changed = "notifications/resources/list_changed";
inline constexpr std::string_view tools_list = "tools/list";
inline constexpr std::string_view tools_call = "tools/call";
inline constexpr std::string_view prompts_get = "prompts/get";
inline constexpr std::string_view resources_read = "resources/read";
}  // namespace method

namespace header {
inline constexpr std::string_view session_id = "Mcp-Session-Id";
inline constexpr std::string_view protocol_version = "MCP-Protocol-Version";
inline constexpr std::string_view method = "Mcp-Method";
inline constexpr std::string_view name = "Mcp-Name";
}  // namespace header

/// The members of `_meta` that the modern era defines.
namespace meta_key {
inline constexpr std::string_view protocol_version = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view client_info = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view client_capabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view log_level = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view server_info = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view subscription_id = "io.modelcontextprotocol/subscriptionId";
}  // namespace meta_key

/// The extension that has tasks in the modern era. Legacy clients do not know it, and their own tasks differ from it.
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

/// The codes of JSON-RPC errors that MCP defines.
namespace error_code {
inline constexpr int resource_not_found = -32002;  ///< legacy era only
inline constexpr int header_mismatch = -32020;
inline constexpr int missing_capability = -32021;
inline constexpr int unsupported_version = -32022;
}  // namespace error_code

}  // namespace bridge::mcp
