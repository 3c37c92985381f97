// The user that children run as.
#pragma once

#include <sys/types.h>

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::process {

/// A user of the system, as children need to know it.
struct account {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups{};  ///< all supplementary groups; the primary one is among them
    std::string name{};           ///< the id, if the user has no name
    std::string home = "/";

    /// HOME, USER and LOGNAME, each "NAME=VALUE".
    std::vector<std::string> variables() const;
};

/// Finds the user `wanted`, a name or an id, optionally with ":" and the name or id of a group in place of the user's own, in texts of
/// the forms of /etc/passwd and /etc/group (passwd(5), group(5)). They are read here and not by the C library, because a static one
/// would load modules of another version (nsswitch.conf). An id need not be listed if the group is given as an id too. Nothing, with
/// `wrong` filled in words that complete "--child-user: ", if there is no such user or it is root.
std::optional<account> find_account(std::string_view wanted, std::istream& users, std::istream& groups, std::string& wrong);

}  // namespace bridge::process
