// A task of revision 2025-11-25.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bridge::mcp {

/// A task as its receiver describes it (revision 2025-11-25, schema, Task). The views are raw text inside the description.
struct task {
    std::string_view id;                             ///< a JSON string; empty if there is none
    std::string_view status;                         ///< empty if there is none
    std::optional<std::chrono::milliseconds> ttl{};  ///< nothing if the task lives without limit, or for longer than a year

    /// Reads `description`, a valid JSON object.
    static task read(std::string_view description);

    /// True if the task can change no more, so that no progress of it may follow (specification 2025-11-25, Tasks, "Task Status Lifecycle", and
    /// Progress, rule 3).
    bool has_terminal_status() const;
};

}  // namespace bridge::mcp
