// The headers that repeat parts of a request of the modern era.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bridge::era {

/// The headers by which proxies route a request without reading its body (revision 2026-07-28, Streamable HTTP, Request Headers).
struct mirrored_headers {
    std::string_view protocol_version{};       ///< MCP-Protocol-Version; empty if it is absent
    std::optional<std::string_view> method{};  ///< Mcp-Method
    std::optional<std::string_view> name{};    ///< Mcp-Name
};

/// A header `Mcp-Param-NAME`, which repeats an argument of a tool.
struct parameter_header {
    std::string_view name;  ///< without the prefix
    std::string_view value;
};

/// True if `decode_header` returns `value` itself.
bool is_plain_header(std::string_view value);

/// Decodes the value of such a header: without white space around it, and decoded if it is in the form `=?base64?TEXT?=`. Returns nothing if that
/// form holds no valid Base64 (RFC 4648, section 4, with padding).
std::optional<std::string> decode_header(std::string_view value);

}  // namespace bridge::era
