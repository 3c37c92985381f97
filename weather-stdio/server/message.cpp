#include "weather-stdio/server/message.hpp"

#include <nlohmann/json.hpp>

#include "weather-stdio/json/bounded_json.hpp"

namespace stdio_server {

const nlohmann::json* member(const nlohmann::json* object, const char* name) {
    if (object == nullptr || !object->is_object()) return nullptr;
    const auto found = object->find(name);
    return found == object->end() ? nullptr : &*found;
}

std::optional<std::string> string_member(const nlohmann::json* object, const char* name) {
    const auto* value = member(object, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

std::optional<std::string> read_id(const nlohmann::json& value) {
    if (!value.is_string() && !value.is_number_integer()) return std::nullopt;
    return weather_json::to_line(value);
}

message read_message(const nlohmann::json& document) {
    message read;
    if (!document.is_object()) {
        read.problem.message = "Invalid Request: a message must be a JSON object";
        return read;
    }
    const auto* id = member(&document, "id");
    if (id != nullptr) {
        auto text = read_id(*id);
        if (!text) {
            read.problem.message = "Invalid Request: id must be a string or an integer";
            return read;
        }
        read.id = std::move(*text);
    }
    if (string_member(&document, "jsonrpc") != "2.0") {
        read.problem.message = R"(Invalid Request: jsonrpc must be "2.0")";
        return read;
    }
    const auto* method = member(&document, "method");
    if (method == nullptr && id != nullptr && (document.contains("result") || document.contains("error"))) {
        read.kind = message_kind::response;
        return read;
    }
    if (method == nullptr || !method->is_string()) {
        read.problem.message = "Invalid Request: method must be a string";
        return read;
    }
    read.method = method->get<std::string>();
    read.params = member(&document, "params");
    if (read.params != nullptr && !read.params->is_object()) {
        // JSON-RPC allows params to be an array; MCP does not.
        read.problem = {error_code::invalid_params, "Invalid params: params must be an object"};
        return read;
    }
    read.kind = id != nullptr ? message_kind::request : message_kind::notification;
    return read;
}

}  // namespace stdio_server
