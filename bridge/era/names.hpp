// Names of the modern era that the translation for legacy clients reads and writes.
#pragma once

#include <string_view>

namespace bridge::era {

/// Members of `_meta` (revision 2026-07-28, Base Protocol, `_meta`).
namespace meta {
inline constexpr std::string_view protocol_version = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view client_info = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view client_capabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view log_level = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view server_info = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view subscription_id = "io.modelcontextprotocol/subscriptionId";
}  // namespace meta

/// The extension that has tasks in the modern era. Legacy clients do not know it, and their own tasks differ from it.
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

}  // namespace bridge::era
