// The revisions of MCP and the eras that they fall into.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace bridge::mcp {

/// The published revisions that `initialize` can open a session with, oldest first.
enum class revision { r2024_11_05, r2025_03_26, r2025_06_18, r2025_11_25 };

inline constexpr std::array<std::string_view, 4> legacy_revisions = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};

/// A draft of before the first published revision. The TypeScript SDK speaks it still, in clients and in servers; the bridge knows only that it is
/// legacy.
inline constexpr std::string_view draft_revision = "2024-10-07";

/// The first revision of the modern era, in which every request carries its own envelope.
inline constexpr std::string_view modern_revision = "2026-07-28";

constexpr std::string_view to_string(revision r) {
    return legacy_revisions[static_cast<std::size_t>(r)];
}

/// True if `text` has the form of a revision's name, which is a date. Such texts sort as the dates do.
constexpr bool is_date(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-dd";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !is_digit : text[i] != form[i]) return false;
    }
    return true;
}

/// True if `text` is the date of a revision of the modern era, published or not.
constexpr bool is_modern(std::string_view text) {
    return is_date(text) && text >= modern_revision;
}

constexpr std::optional<revision> parse_revision(std::string_view text) {
    for (std::size_t i = 0; i < legacy_revisions.size(); ++i) {
        if (legacy_revisions[i] == text) return static_cast<revision>(i);
    }
    return std::nullopt;
}

/// The newest revision that `initialize` can open a session with and that is not newer than `text`; the oldest one if `text` is no date.
constexpr revision latest_up_to(std::string_view text) {
    auto out = revision::r2024_11_05;
    if (!is_date(text)) return out;
    for (std::size_t i = 0; i < legacy_revisions.size(); ++i) {
        if (legacy_revisions[i] <= text) out = static_cast<revision>(i);
    }
    return out;
}

}  // namespace bridge::mcp
