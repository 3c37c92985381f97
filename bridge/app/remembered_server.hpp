// The memory of a server across restarts of the bridge (--state-dir).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/children.hpp"
#include "bridge/core/async.hpp"
#include "bridge/mcp/era.hpp"

namespace bridge::app {

/// The facts that the file holds. A process of the server that answers otherwise replaces them.
struct server_facts {
    std::optional<mcp::era> era;    ///< in which its processes are opened
    std::string initialize_result;  ///< its last answer to `initialize`, or to `server/discover` in that form, raw; empty if there is none
    std::string discover_result;    ///< its last answer to `server/discover` as it was, raw; empty if the last answer was none

    bool operator==(const server_facts&) const = default;
};

/// The text of the file for `known`.
std::string to_file(const server_facts& known);

/// Reads the text of such a file. Returns nothing if it is damaged.
std::optional<server_facts> from_file(std::string_view text);

/// Keeps the facts in one file of a folder. The name of the file is a digest of the server's command line, so that several bridges can have one
/// folder. Nothing else of the command line is written.
class remembered_server {
public:
    /// `folder` is empty if nothing is to be remembered; then the object does nothing. `children` must outlive it.
    remembered_server(const std::string& folder, const std::vector<std::string>& command, const std::string& directory, child::children& children);

    /// Gives the children what the file holds. A file that is damaged counts as none, with a warning.
    void recall();

    /// Writes what has changed; at most every few seconds, unless `is_last`.
    void save(core::clock::time_point now, bool is_last = false);

private:
    server_facts current() const;
    std::string write(const std::string& text) const;

    child::children& children_;
    std::string folder_;
    std::string path_;  // empty if nothing is remembered
    server_facts saved_;
    std::optional<core::clock::time_point> last_write_;
    bool has_failed_ = false;  // and the log says so
};

}  // namespace bridge::app
