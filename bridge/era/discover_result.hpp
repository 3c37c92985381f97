// The description of a server for clients of the modern era.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bridge/mcp/capabilities.hpp"

namespace bridge::era {

/// Returns the raw DiscoverResult that says what `initialize_result` says, a raw InitializeResult, without the capabilities `removed`, and with the
/// extension for tasks if `has_tasks`. Empty if `initialize_result` is no object.
std::string discover_result(std::string_view initialize_result, std::span<const mcp::server_capability> removed, bool has_tasks);

/// As `discover_result`, of a child of the modern era, which has answered with `discovered`, raw. Only the revisions and these capabilities change.
std::string passed_discover_result(std::string_view discovered, std::span<const mcp::server_capability> removed, bool has_tasks);

/// True if the raw `capabilities` of a server have the extension for tasks.
bool has_tasks_extension(std::string_view capabilities);

}  // namespace bridge::era
