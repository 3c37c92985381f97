// Method and header names of MCP.
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
inline constexpr std::string_view task_prefix = "tasks/";
inline constexpr std::string_view task_status = "notifications/tasks/status";
inline constexpr std::string_view notification_prefix = "notifications/";
inline constexpr std::string_view discover = "server/discover";
}  // namespace method

namespace header {
inline constexpr std::string_view session_id = "Mcp-Session-Id";
inline constexpr std::string_view protocol_version = "MCP-Protocol-Version";
}  // namespace header

}  // namespace bridge::mcp
