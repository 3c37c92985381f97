// The decisions of a stream's owner about the reply that carries the stream.
#pragma once

#include <memory>
#include <string_view>

#include "bridge/endpoints/context.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::endpoints {

/// A reply asks its policy what the owner of its stream allows, and reports to it that the client has left. A legacy session keeps the call of a
/// client that has left, and lets the client resume the stream. An owner whose clients cancel by leaving cancels the call instead.
class reply_policy {
public:
    virtual ~reply_policy() = default;

    /// The reply becomes a stream of server-sent events. Makes `source` resumable if the client can come back to it.
    virtual void offer_resuming(const std::shared_ptr<session::stream>& source) = 0;

    /// True if the reply may end before its stream, because the client comes back for the rest.
    virtual bool may_leave() const = 0;

    /// True if `source` holds a message that can reach the client by another way. Then the reply checks before it writes that the client is still
    /// there.
    virtual bool has_other_way(const session::stream& source) const = 0;

    /// True if the client comes back only after a broken connection: at `limits::stream_max_age` the reply then ends without its last chunk.
    virtual bool breaks_at_age() const = 0;

    /// True if a client that leaves cancels its request. Otherwise the bridge still tries to send a plain answer to it.
    virtual bool is_cancelled_by_departure() const { return false; }

    /// The status of a reply with nothing but `answer`, a JSON-RPC response.
    virtual status status_of(std::string_view answer) const {
        static_cast<void>(answer);
        return statuses::ok;
    }

    /// The client no longer reads `source`: its connection broke, or it has left a reply that is no stream yet. The bridge still tries to send the
    /// plain answer of such a reply, but messages must go elsewhere: none waits on `source` afterwards, unless the client can come back to it. May be
    /// called more than once for one reply.
    virtual void on_reader_lost(session::stream& source) = 0;

    /// The name of the client's principal, for the log.
    virtual std::string_view label() const = 0;
};

}  // namespace bridge::endpoints
