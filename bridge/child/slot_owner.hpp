// The owner of a child slot.
#pragma once

#include <string_view>

#include "bridge/child/link.hpp"
#include "bridge/child/repetition.hpp"

namespace bridge::child {

/// Receives the messages that the child in a slot sends on its own initiative.
class slot_owner {
public:
    virtual ~slot_owner() = default;
    virtual void on_child_notification(link& link, const jsonrpc::envelope& message) = 0;
    /// A request of the child, but never `ping`, which the link answers.
    virtual void on_child_request(link& link, const jsonrpc::envelope& message) = 0;
    /// True if the calls of several clients go to this slot.
    virtual bool serves_several() const { return false; }
    /// The principal that the child's place counts for; empty if the child belongs to no principal.
    virtual std::string_view principal() const { return {}; }
    /// The child ends although the bridge did not end it. Its calls are lost right after this function.
    virtual void on_child_failure(link& link) { static_cast<void>(link); }
    /// True if the owner needs a new child as soon as its child ends, and not only with the next call.
    virtual bool needs_child() const { return false; }
    /// The account for the output of the child and for the input that waits to be written; null for the account that all share.
    virtual core::memory_account_ptr payer() const { return {}; }
    /// The requests that give a new child the settings of the last one, to be sent before any call.
    virtual own_requests to_repeat() const { return {}; }
};

}  // namespace bridge::child
