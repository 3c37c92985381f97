// The revisions of MCP and the eras that they fall into.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace bridge::mcp {

/// The published revisions that `initialize` can open a session with, oldest first.
enum class revision { r2024_11_05, r2025_03_26, r2025_06_18, r2025_11_25 };

inline constexpr std::array<std::string_view, 4> legacy_revisions = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};

/// The first revision of the modern era, in which every request carries its own envelope.
inline constexpr std::string_view modern_revision = "2026-07-28";

constexpr std::string_view to_string(revision r) {
    return legacy_revisions[static_cast<std::size_t>(r)];
}

constexpr std::optional<revision> parse_revision(std::string_view text) {
    for (std::size_t i = 0; i < legacy_revisions.size(); ++i) {
        if (legacy_revisions[i] == text) return static_cast<revision>(i);
    }
    return std::nullopt;
}

}  // namespace bridge::mcp
