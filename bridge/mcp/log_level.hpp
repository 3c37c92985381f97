// The severities of log messages.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "bridge/jsonrpc/text.hpp"

namespace bridge::mcp {

/// The severities of RFC 5424 that MCP uses; a later one is more severe.
enum class log_level : unsigned char { debug, info, notice, warning, error, critical, alert, emergency };

inline constexpr std::array<std::string_view, 8> log_levels = {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};

/// The severity that `raw`, a JSON value, names; nothing if it names none.
inline std::optional<log_level> read_log_level(std::string_view raw) {
    if (!raw.starts_with('"')) return std::nullopt;
    const auto* const found = std::ranges::find_if(log_levels, [raw](std::string_view name) { return jsonrpc::string_equals(raw, name); });
    if (found == log_levels.end()) return std::nullopt;
    return static_cast<log_level>(found - log_levels.begin());
}

constexpr std::string_view to_string(log_level level) {
    return log_levels[static_cast<std::size_t>(level)];
}

}  // namespace bridge::mcp
