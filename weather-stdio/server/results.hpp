// The results of MCP's methods, each in the form of one revision.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "weather-stdio/server/revision.hpp"
#include "weather-stdio/server/tool_registry.hpp"

namespace stdio_server {

/// The identity of the server.
struct server_info {
    std::string name;
    std::string title;
    std::string version;
    std::string instructions;  ///< advice for models on the server as a whole; empty for none
};

/// All ids and tokens here are JSON text.
nlohmann::json initialize_result(const server_info& info, revision settled);
nlohmann::json discover_result(const server_info& info);
nlohmann::json tools_list_result(const server_info& info, const tool_registry& tools, revision r);
nlohmann::json tool_call_result(const server_info& info, const tool_result& result, revision r);
/// The result of the modern era that asks the client for `params` of an elicitation, under the name `key`.
nlohmann::json input_required_result(const server_info& info, const std::string& key, nlohmann::json params);
nlohmann::json subscription_end_result(const server_info& info, std::string_view subscription_id);

/// Makes lines of notifications, and of a request to the client.
std::string elicitation_line(std::string_view id, const nlohmann::json& params);
std::string subscription_acknowledged_line(std::string_view subscription_id);
std::string cancelled_line(std::string_view request_id);
std::string progress_line(std::string_view token, const progress_update& update, revision r);

}  // namespace stdio_server
