// The restrictions that a child runs under.
#pragma once

#include <cstddef>
#include <optional>

#include "bridge/process/account.hpp"

namespace bridge::process {

/// Takes effect between the fork and the exec of every child, and holds for all its descendants.
struct confinement {
    std::optional<account> user{};   ///< the user that the child runs as; nothing for the bridge's own user
    bool no_new_privileges = false;  ///< setuid programs give the child no privileges (prctl(2), PR_SET_NO_NEW_PRIVS), and it leaves no core dump
    std::size_t memory_bytes = 0;    ///< private writable memory of each process (RLIMIT_DATA); 0 for no limit
    std::size_t processes = 0;       ///< processes and threads of its user in all (RLIMIT_NPROC); 0 for no limit
};

}  // namespace bridge::process
