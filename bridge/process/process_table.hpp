// A snapshot of all processes of the machine, for the watchdog.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/platform/process_list.hpp"

namespace bridge::process {

/// The environment variable that every child carries. The watchdog recognises a child's descendants by it wherever they go:
/// `MCP_BRIDGE_CHILD=<token of this bridge>.<number of the child>`.
inline constexpr std::string_view marker_variable = "MCP_BRIDGE_CHILD";

struct process_entry : platform::listed_process {
    bool is_doomed = false;              ///< set by the caller: the process is to be killed
    std::optional<std::uint64_t> child;  ///< the number in its marker; empty if it has no marker of this bridge
};

/// Silently leaves out what it cannot read: processes that are gone by then, and those that the system hides (`hidepid`). The environment
/// of another user's processes counts as empty.
class process_table {
public:
    /// `token` distinguishes this bridge's marker from those of other bridges.
    explicit process_table(std::string_view token);

    /// Reads all processes anew.
    void read();

    std::vector<process_entry>& entries() { return entries_; }

    /// Returns null if there is no such process.
    const process_entry* find(pid_t pid) const;

    /// Dooms the descendants of the doomed processes, as far as the parents between them live.
    void doom_descendants();

    /// Kills all processes that are doomed and not dead. Returns their number.
    std::size_t kill_doomed() const;

private:
    void add(const platform::listed_process& found);
    std::optional<std::uint64_t> read_marker(pid_t pid);

    std::string needle_;  // the beginning of the marker, with the zero byte that ends the variable before it
    std::vector<process_entry> entries_;
    std::string buffer_;  // for one piece of an environment
    std::string text_;    // the last two pieces at most
};

}  // namespace bridge::process
