// JSON-RPC errors, and the lines of answers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace stdio_server {

/// Codes of JSON-RPC 2.0, section 5.1, and of MCP.
namespace error_code {
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
/// A code from the range that JSON-RPC reserves for servers: a limit is reached, and a later try may succeed.
inline constexpr int busy = -32000;
/// MCP 2026-07-28, UnsupportedProtocolVersionError.
inline constexpr int unsupported_protocol_version = -32022;
}  // namespace error_code

struct rpc_error {
    int code;
    std::string message;
    std::string data = {};  ///< JSON text of the `data` member; empty for none
};

/// The id of an answer to a message whose own id could not be read.
inline constexpr std::string_view null_id = "null";

/// Returns one response line without its line break. `id` is the request's id as JSON text.
std::string error_line(std::string_view id, const rpc_error& error);
std::string result_line(std::string_view id, const nlohmann::json& result);

/// Returns `text`, cut to a length that may be repeated to a client.
std::string excerpt(std::string_view text);

}  // namespace stdio_server
