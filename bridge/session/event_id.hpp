// The names of server-sent events.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::session {

/// Names an event by its stream within the session and by its position in that stream. Positions start at 1; position 0 is the moment before the
/// first event. The wire format is "STREAM-POSITION" (specification 2025-11-25, Transports, "Resumability and Redelivery": ids are unique within the
/// session and tell the streams apart).
struct event_id {
    std::uint64_t stream = 0;
    std::uint64_t position = 0;

    bool operator==(const event_id&) const = default;

    std::string text() const { return std::to_string(stream) + '-' + std::to_string(position); }

    /// Returns nothing if `text` is no id of this bridge.
    static std::optional<event_id> parse(std::string_view text) {
        event_id out;
        const char* const end = text.data() + text.size();
        const auto [dash, wrong] = std::from_chars(text.data(), end, out.stream);
        if (wrong != std::errc() || dash == end || *dash != '-') return std::nullopt;
        const auto [rest, also_wrong] = std::from_chars(dash + 1, end, out.position);
        if (also_wrong != std::errc() || rest != end) return std::nullopt;
        // "01-2" would name the same event as "1-2".
        if (out.text() != text) return std::nullopt;
        return out;
    }
};

}  // namespace bridge::session
