// The reason why a request of the modern era is refused.
#pragma once

#include <string>
#include <string_view>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {

/// A JSON-RPC error, and the HTTP status that the specification demands for it (revision 2026-07-28, Streamable HTTP).
struct [[nodiscard]] request_fault {
    int code = jsonrpc::error_code::invalid_params;
    std::string text{};
    std::string data{};          ///< raw JSON; empty for none
    bool is_in_envelope = true;  ///< the fault is in the envelope of the request: then the status of any code is 400

    /// The HTTP status of the fault.
    unsigned status() const;

    /// The whole JSON-RPC response to the request `id` (raw).
    std::string response(std::string_view id) const;
};

/// The HTTP status of a reply that carries only an error with the code `code`. The codes that a server gives for the request itself have status 200.
constexpr unsigned status_of(int code) {
    switch (code) {
        case jsonrpc::error_code::method_not_found: return 404;
        case jsonrpc::error_code::parse_error:
        case jsonrpc::error_code::invalid_request:
        case mcp::error_code::header_mismatch:
        case mcp::error_code::missing_capability:
        case mcp::error_code::unsupported_version: return 400;
        default: return 200;
    }
}

/// The code for a client of the modern era, where the bridge would give one of the legacy era `code`. The codes from -32000 to -32019 belong to
/// implementations of the legacy era (revision 2026-07-28, Base Protocol, Error Codes).
constexpr int modern_code(int code) {
    return code <= -32000 && code >= -32019 ? jsonrpc::error_code::internal_error : code;
}

}  // namespace bridge::era
