// One classified JSON-RPC 2.0 message.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "weather-stdio/server/rpc_error.hpp"

namespace stdio_server {

enum class message_kind {
    request,       ///< has a method and an id: gets an answer
    notification,  ///< has a method and no id: never gets an answer
    response,      ///< answers a request of the server
    invalid,       ///< none of these; `problem` is the reason
};

/// A view of a parsed message. The document must outlive it.
struct message {
    message_kind kind = message_kind::invalid;
    std::string id = std::string(null_id);  ///< JSON text of the id: 7 and "7" are two different ids
    std::string method;
    const nlohmann::json* params = nullptr;  ///< an object, or null if the message has none
    rpc_error problem = {error_code::invalid_request, ""};
};

message read_message(const nlohmann::json& document);

/// Returns the JSON text of an id or progress token, or nothing if `value` is neither a string nor an integer (MCP, RequestId).
std::optional<std::string> read_id(const nlohmann::json& value);

/// Returns the member `name` of `object`, or null. `object` may be null or no object at all.
const nlohmann::json* member(const nlohmann::json* object, const char* name);

/// Returns the text of the string member `name` of `object`, or nothing if the member is missing or no string.
std::optional<std::string> string_member(const nlohmann::json* object, const char* name);

}  // namespace stdio_server
