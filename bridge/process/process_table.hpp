// A snapshot of all processes of the machine, for the watchdog.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::process {

/// The environment variable that every child carries. The watchdog recognises a child's descendants by it wherever they go:
/// `MCP_BRIDGE_CHILD=<token of this bridge>.<number of the child>`.
inline constexpr std::string_view marker_variable = "MCP_BRIDGE_CHILD";

/// A process as /proc shows it.
struct process_entry {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    bool is_dead = false;                ///< the process has ended but was not reaped
    bool is_doomed = false;              ///< set by the caller: the process is to be killed
    std::uint64_t start = 0;             ///< start time; pid and start time together identify a process for good
    std::optional<std::uint64_t> child;  ///< the number in its marker; empty if it has no marker of this bridge
};

/// Silently leaves out what it cannot read: processes that are gone by then, and those that /proc hides (`hidepid`). The environment of
/// another user's processes counts as empty.
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
    void read_process(pid_t pid);
    std::optional<std::uint64_t> read_marker(pid_t pid);

    std::string needle_;  // the beginning of the marker, with the zero byte that ends the variable before it
    std::vector<process_entry> entries_;
    std::string buffer_;
};

}  // namespace bridge::process
