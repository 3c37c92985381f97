// The requests whose effect in a child outlasts their answer.
#pragma once

#include <memory>
#include <string>

#include "bridge/session/child_settings.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// The session that sends such a request, and the settings of its child.
struct setting_client {
    const std::string& session;        ///< the id of the session
    core::memory_account_ptr account;  ///< pays for what is kept of its settings
    std::shared_ptr<child_settings> settings;
    bool is_shared;  ///< other sessions set something in the child, too
};

/// Checks whether `message`, the request of `call`, sets something in the child. If so, records the setting once the child has accepted it. Returns
/// true if it answered `call`: then the child must not get the message.
bool review_setting(const setting_client& client, const jsonrpc::envelope& message, exchange& call);

}  // namespace bridge::session
