// The user account that children run under.
#pragma once

#include <sys/types.h>

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::process {

/// The properties of a system user that a child needs.
struct account {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups{};  ///< all supplementary groups, including the primary one
    std::string name{};           ///< the user's name, or the id if the user has no name
    std::string home = "/";

    /// HOME, USER and LOGNAME, each as "NAME=VALUE".
    std::vector<std::string> variables() const;
};

/// Finds the user `wanted`: a name or an id, optionally followed by ":" and the name or id of a group that replaces the user's own. `users`
/// and `groups` are texts in the forms of /etc/passwd and /etc/group (passwd(5), group(5)). The bridge parses them itself, because a static
/// C library would load modules of another version (nsswitch.conf). The id of a user that is not listed is allowed if the group is an id
/// too. Returns nothing if there is no such user or it is root; `wrong` is then a text that completes "--child-user: ".
std::optional<account> find_account(std::string_view wanted, std::istream& users, std::istream& groups, std::string& wrong);

}  // namespace bridge::process
