// The envelope that every request of the modern era carries in its `_meta`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "weather-stdio/server/rpc_error.hpp"

namespace stdio_server {

/// Keys reserved by MCP 2026-07-28, RequestMetaObject and ResultMetaObject.
namespace meta_key {
inline constexpr const char* protocol_version = "io.modelcontextprotocol/protocolVersion";
inline constexpr const char* client_info = "io.modelcontextprotocol/clientInfo";
inline constexpr const char* client_capabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr const char* server_info = "io.modelcontextprotocol/serverInfo";
inline constexpr const char* subscription_id = "io.modelcontextprotocol/subscriptionId";
}  // namespace meta_key

struct envelope_check {
    bool present = false;              ///< the request has at least one key of the envelope, so it is a modern one
    std::optional<rpc_error> problem;  ///< the error to answer if the envelope is incomplete or of an unknown version
};

/// Looks for the envelope in a request's `params` (may be null). Checks the version before the other keys, because another version may have
/// other keys.
envelope_check check_envelope(const nlohmann::json* params);

/// Returns the error for a request without the envelope key `key`.
rpc_error missing_envelope_key(const char* key);

}  // namespace stdio_server
