// One look at all processes of the machine, for the watchdog.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::process {

/// The environment variable that every child carries, and by which its descendants are known wherever they go:
/// `MCP_BRIDGE_CHILD=<token of this bridge>.<number of the child>`.
inline constexpr std::string_view marker_variable = "MCP_BRIDGE_CHILD";

/// A process as /proc shows it.
struct process_entry {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    bool is_dead = false;                ///< it was not reaped yet
    bool is_doomed = false;              ///< for whoever decides
    std::uint64_t start = 0;             ///< when it was started; with the pid it is a process's name for good
    std::optional<std::uint64_t> child;  ///< the number in its marker; empty if it has none of this bridge
};

/// What it cannot read it leaves out in silence: processes that are gone by then, and those that /proc hides
/// (`hidepid`); the environment of another user's processes counts as empty.
class process_table {
public:
    /// `token` tells the marker of this bridge from another's.
    explicit process_table(std::string_view token);

    /// Reads all anew.
    void read();

    std::vector<process_entry>& entries() { return entries_; }

    /// Null if there is no such process.
    const process_entry* find(pid_t pid) const;

    /// Dooms the descendants of those that are doomed, as far as their parents live.
    void doom_descendants();

    /// Kills all that are doomed and not dead. How many there were.
    std::size_t kill_doomed() const;

private:
    void read_process(pid_t pid);
    std::optional<std::uint64_t> read_marker(pid_t pid);

    std::string needle_;  // how the marker begins, with the zero byte that ends the variable before it
    std::vector<process_entry> entries_;
    std::string buffer_;
};

}  // namespace bridge::process
