// The owner of a link.
#pragma once

#include "bridge/core/memory_budget.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

class link;

/// Receives the messages that a child sends on its own initiative, and the end of its link.
class link_owner {
public:
    virtual ~link_owner() = default;

    /// A notification that the link cannot assign to a call.
    virtual void on_notification(link& source, const jsonrpc::envelope& message) = 0;

    /// A request of the child. The owner must answer it with `link::answer` or `link::refuse`, at once or later. The link answers `ping` itself.
    virtual void on_request(link& source, const jsonrpc::envelope& message) = 0;

    /// The link ends although nobody called `close`. The sinks of all calls receive `on_lost` right after this function.
    virtual void on_failure(link& source) = 0;

    /// The link has ended. It sends nothing more, and the sinks of all calls have received `on_answer` or `on_lost`.
    virtual void on_end(link& source) = 0;

    /// Returns the memory account for the child's output and for the input that waits to be written; null if no particular account pays.
    virtual core::memory_account_ptr payer() const { return {}; }

    /// True if calls of several clients run on the link. The reason for its end then omits the child's last output, because that output may be about
    /// another client's call.
    virtual bool serves_several() const { return false; }
};

}  // namespace bridge::child
