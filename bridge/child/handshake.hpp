// The exchange that opens the connection to a child.
#pragma once

#include <string>
#include <variant>

namespace bridge::child {

/// The handshake of the revisions up to 2025-11-25: `initialize`, the child's answer, `notifications/initialized`.
struct legacy_handshake {
    std::string params;         ///< of `initialize`, raw
    bool announce = false;      ///< the bridge sends `notifications/initialized` itself, from the first start on
    bool is_own = false;        ///< the words are the bridge's: a child that refuses them has failed
    bool wants_changes = true;  ///< the user of the child passes on notices that lists have changed
    bool is_trial = false;      ///< the child is ended after its answer, which shows whether the server works
    bool follows_loss = false;  ///< the last child ended by itself, and the lists of the next one can be others
};

/// The child accepts calls as soon as it runs.
struct no_handshake {};

using handshake = std::variant<legacy_handshake, no_handshake>;

}  // namespace bridge::child
