#include "weather-stdio/server/rpc_error.hpp"

#include <nlohmann/json.hpp>

#include "weather-stdio/json/bounded_json.hpp"

namespace stdio_server {
namespace {

// The id is inserted as text, so the client gets its own spelling back.
std::string line_of(std::string_view id, std::string_view member, std::string_view value) {
    std::string line = R"({"jsonrpc":"2.0","id":)";
    line.append(id).append(",\"").append(member).append("\":").append(value).append("}");
    return line;
}

}  // namespace

std::string error_line(std::string_view id, const rpc_error& error) {
    std::string value = "{\"code\":" + std::to_string(error.code) + ",\"message\":" + weather_json::to_line(error.message);
    if (!error.data.empty()) value += ",\"data\":" + error.data;
    return line_of(id, "error", value + "}");
}

std::string result_line(std::string_view id, const nlohmann::json& result) {
    return line_of(id, "result", weather_json::to_line(result));
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t longest = 80;
    return text.size() <= longest ? std::string(text) : std::string(text.substr(0, longest)) + "...";
}

}  // namespace stdio_server
