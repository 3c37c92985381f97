// The requests that set something in a child which outlasts their answer.
#pragma once

#include <memory>
#include <string>

#include "bridge/session/child_settings.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// The session that sends such a request, and the settings of its child.
struct setting_client {
    const std::string& session;  ///< its id
    std::shared_ptr<child_settings> settings;
    bool is_shared;  ///< others set something in the child, too
    const core::limits& bounds;
};

/// Looks whether `message`, the request of `call`, sets something in the child, and records that once the child has accepted it. True if
/// `call` was answered: then the child must not get the message.
bool review_setting(const setting_client& client, const jsonrpc::envelope& message, exchange& call);

}  // namespace bridge::session
