// The revisions of MCP and their features.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace stdio_server {

/// Oldest first, so that "from this revision on" is a comparison.
enum class revision { r2024_11_05, r2025_03_26, r2025_06_18, r2025_11_25, r2026_07_28 };

/// The revision that `initialize` answers if the client requests an unknown one (specification, Lifecycle).
inline constexpr revision latest_legacy = revision::r2025_11_25;

/// The first revision in which every request carries its own envelope.
inline constexpr revision modern = revision::r2026_07_28;

inline constexpr std::array<std::string_view, 5> revision_names = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};

constexpr std::string_view name_of(revision r) {
    return revision_names[static_cast<std::size_t>(r)];
}

/// Returns the revision that `initialize` may agree on under this name. It never agrees on the modern one.
constexpr std::optional<revision> find_legacy_revision(std::string_view name) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(latest_legacy); ++i) {
        if (revision_names[i] == name) return static_cast<revision>(i);
    }
    return std::nullopt;
}

constexpr bool has_tool_annotations(revision r) {
    return r >= revision::r2025_03_26;
}

constexpr bool has_progress_message(revision r) {
    return r >= revision::r2025_03_26;
}

/// `title`, `outputSchema` and `structuredContent` were added together.
constexpr bool has_structured_output(revision r) {
    return r >= revision::r2025_06_18;
}

constexpr bool has_elicitation(revision r) {
    return r >= revision::r2025_06_18;
}

/// Revision 2025-03-26 added batches, and the next revision removed them.
constexpr bool has_batches(revision r) {
    return r == revision::r2025_03_26;
}

}  // namespace stdio_server
