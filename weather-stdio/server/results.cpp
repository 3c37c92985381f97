#include "weather-stdio/server/results.hpp"

#include <nlohmann/json.hpp>

#include "weather-stdio/json/bounded_json.hpp"
#include "weather-stdio/server/envelope.hpp"

namespace stdio_server {
namespace {

// The tools do not change while the process lives, and all clients get the same list. So clients and gateways may keep the list for an
// hour.
constexpr int list_ttl_ms = 3'600'000;

nlohmann::json implementation(const server_info& info, revision r) {
    nlohmann::json described;
    described["name"] = info.name;
    described["version"] = info.version;
    if (has_structured_output(r) && !info.title.empty()) described["title"] = info.title;
    return described;
}

nlohmann::json capabilities() {
    nlohmann::json offered;
    offered["tools"] = nlohmann::json::object();
    return offered;
}

// The members of every result in the modern era. Legacy results must not have them: strict clients refuse `resultType` there.
void put_modern_members(nlohmann::json& result, const server_info& info) {
    result["resultType"] = "complete";
    result["_meta"][meta_key::server_info] = implementation(info, modern);
}

void put_caching(nlohmann::json& result) {
    result["ttlMs"] = list_ttl_ms;
    result["cacheScope"] = "public";
}

std::string notification_line(const char* method, const nlohmann::json& params) {
    nlohmann::json line;
    line["jsonrpc"] = "2.0";
    line["method"] = method;
    line["params"] = params;
    return weather_json::to_line(line);
}

}  // namespace

nlohmann::json initialize_result(const server_info& info, revision settled) {
    nlohmann::json result;
    result["protocolVersion"] = name_of(settled);
    result["capabilities"] = capabilities();
    result["serverInfo"] = implementation(info, settled);
    if (!info.instructions.empty()) result["instructions"] = info.instructions;
    return result;
}

nlohmann::json discover_result(const server_info& info) {
    nlohmann::json result;
    result["supportedVersions"] = nlohmann::json::array({name_of(modern)});
    result["capabilities"] = capabilities();
    if (!info.instructions.empty()) result["instructions"] = info.instructions;
    put_caching(result);
    put_modern_members(result, info);
    return result;
}

nlohmann::json tools_list_result(const server_info& info, const tool_registry& tools, revision r) {
    nlohmann::json result;
    result["tools"] = tools.describe(r);
    if (r == modern) {
        put_caching(result);
        put_modern_members(result, info);
    }
    return result;
}

nlohmann::json tool_call_result(const server_info& info, const tool_result& given, revision r) {
    nlohmann::json block;
    block["type"] = "text";
    block["text"] = given.text;
    nlohmann::json result;
    result["content"] = nlohmann::json::array();
    result["content"].push_back(std::move(block));
    result["isError"] = given.is_error;
    if (given.structured && has_structured_output(r)) result["structuredContent"] = *given.structured;
    if (r == modern) put_modern_members(result, info);
    return result;
}

nlohmann::json input_required_result(const server_info& info, const std::string& key, nlohmann::json params) {
    nlohmann::json result;
    params["mode"] = "form";
    result["inputRequests"][key]["method"] = "elicitation/create";
    result["inputRequests"][key]["params"] = std::move(params);
    put_modern_members(result, info);
    result["resultType"] = "input_required";
    return result;
}

nlohmann::json subscription_end_result(const server_info& info, std::string_view subscription_id) {
    auto result = nlohmann::json::object();
    put_modern_members(result, info);
    result["_meta"][meta_key::subscription_id] = nlohmann::json::parse(subscription_id);
    return result;
}

std::string subscription_acknowledged_line(std::string_view subscription_id) {
    // Nothing that a client can listen for ever changes in this server, so it agrees to no kind of notification.
    nlohmann::json params;
    params["_meta"][meta_key::subscription_id] = nlohmann::json::parse(subscription_id);
    params["notifications"] = nlohmann::json::object();
    return notification_line("notifications/subscriptions/acknowledged", params);
}

std::string elicitation_line(std::string_view id, const nlohmann::json& params) {
    nlohmann::json line;
    line["jsonrpc"] = "2.0";
    line["id"] = nlohmann::json::parse(id);
    line["method"] = "elicitation/create";
    line["params"] = params;
    return weather_json::to_line(line);
}

std::string cancelled_line(std::string_view request_id) {
    nlohmann::json params;
    params["requestId"] = nlohmann::json::parse(request_id);
    return notification_line("notifications/cancelled", params);
}

std::string progress_line(std::string_view token, const progress_update& update, revision r) {
    nlohmann::json params;
    params["progressToken"] = nlohmann::json::parse(token);
    params["progress"] = update.done;
    if (update.total) params["total"] = *update.total;
    if (has_progress_message(r) && !update.message.empty()) params["message"] = update.message;
    return notification_line("notifications/progress", params);
}

}  // namespace stdio_server
