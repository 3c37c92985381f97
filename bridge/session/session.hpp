// A legacy client's session.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mcp/revision.hpp"
#include "bridge/session/call_sender.hpp"
#include "bridge/session/call_set.hpp"
#include "bridge/session/child_message_router.hpp"
#include "bridge/session/resumable_streams.hpp"
#include "bridge/session/session_identity.hpp"
#include "bridge/session/session_use.hpp"

namespace bridge::session {

/// The state that a client opened with `initialize`: who the client is, what was agreed on, its calls in flight, its streams, and where its
/// calls run. It is the owner of a child that is its own. Ends with `close`.
class session final : public child::seat_owner, private call_listener, public std::enable_shared_from_this<session> {
public:
    using identity = session_identity;

    /// `bounds` must outlive it. `account` is that of its principal; null for nobody.
    session(core::executor executor, identity client, const core::limits& bounds, core::clock::time_point now, core::memory_account_ptr account = {});

    const identity& who() const { return who_; }
    void declare(mcp::client_capabilities declared) { who_.declared = declared; }

    /// Where its calls run from now on; null until it was assigned.
    void assign(std::shared_ptr<child_assignment> assignment) { assignment_ = std::move(assignment); }
    const std::shared_ptr<child_assignment>& assignment() const { return assignment_; }

    /// The owner of its tasks on a shared child; empty if the child is its own.
    std::string_view task_owner() const;

    /// Records the revision that client and server agreed on: `version` as they call it, `agreed` the newest that this bridge knows if it is
    /// none of those. From 2025-11-25 on streams are resumable.
    void agree(mcp::revision agreed, std::string version);
    mcp::revision revision() const { return revision_; }
    const std::string& version() const { return version_; }

    // ---- requests of the client

    /// The calls in flight.
    const call_set& calls() const { return calls_; }

    /// The client has to wait before it asks more: too much is in flight, or answered and not yet read.
    bool is_full() const { return calls_.size() >= bounds_.exchanges_per_session || general_->is_choked(); }

    /// Why no child can serve it at the moment, not even after a wait; nothing if one can.
    std::optional<child::refusal> refusal() const { return assignment_ ? assignment_->refusal() : std::nullopt; }

    /// Adds the call for the client's request `message`, whose answer goes to `out`.
    std::shared_ptr<exchange> begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now);

    /// Answers `call` itself if the child must not get `message`; otherwise as `call_sender::send`.
    boost::system::error_code send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text = nullptr);

    /// Accepts a message of the client that wants no answer. A cancellation goes to its call, an answer to the child that asked, any other
    /// notification to the session's own child. A shared child does not get notifications: what a client says of itself does not hold for
    /// the others. `text` as for `send`.
    void take(const jsonrpc::envelope& message, core::clock::time_point now, std::string* text = nullptr);

    // ---- streams towards the client

    /// For what belongs to no request: what the GET stream carries.
    const std::shared_ptr<stream>& general() const { return general_; }

    bool is_resumable() const { return who_.via == transport::streamable_http && revision_ >= mcp::revision::r2025_11_25; }

    /// Lets a client come back to `request_stream`, if its transport and the revision agreed on have that.
    void offer_resuming(const std::shared_ptr<stream>& request_stream);

    /// The stream of that number, null if it is not there any more; and the events that were sent behind `last` on its stream.
    std::shared_ptr<stream> find_stream(std::uint64_t number) const { return number == 0 ? general_ : streams_.find(number); }
    std::vector<event_ring::event> missed(event_id last) const { return streams_.missed(last); }

    /// `source` loses its reader: puts the server's requests that wait there elsewhere, unless the client can come back.
    void take_back_requests(stream& source) { router_.take_back_requests(source); }

    // ---- life

    /// The client has closed the only stream on which it can be reached, and has perhaps left for good.
    bool is_left() const { return who_.via == transport::http_sse && !general_->has_reader(); }

    /// It did so too long ago to come back. A client that has asked nothing yet has little to come back to.
    bool is_abandoned(core::clock::time_point now) const;

    /// The client opens its general stream. If its child has died, it gets it back: nothing else would come on the stream.
    void note_reader(core::clock::time_point now);

    const session_use& use() const { return use_; }
    bool is_busy() const { return !calls_.empty() || general_->has_reader(); }

    /// True if it has a process of its own that nothing would be missed of: nothing is in flight either way, nothing that the client has
    /// to read waits, and it is subscribed to nothing. That the client reads its general stream does not count.
    bool can_sleep() const;

    /// Gives up its process, which `can_sleep` must allow, until the client's next request.
    void sleep();
    bool is_asleep() const { return own_seat() != nullptr && own_seat()->is_asleep(); }

    /// To be called every second or so: ends what waited too long.
    void sweep(core::clock::time_point now);

    /// Memory is short: gives up what is kept for a client that is away or could come back. How many bytes that freed.
    std::size_t shed();

    /// Ends the general stream, as soon as no answer has to come on it.
    void end_general_stream();

    /// Ends everything: calls in flight get `reason` as their error, streams end, the session's own child is stopped.
    void close(const std::string& reason);

    // ---- as the owner of its own child

    void on_child_notification(child::link& link, const jsonrpc::envelope& message) override { router_.on_notification(link, message); }
    void on_child_request(child::link& link, const jsonrpc::envelope& message) override { router_.on_request(link, message); }
    void on_child_failure(child::link& link) override { router_.on_failure(link); }
    std::string_view principal() const override { return who_.principal; }
    bool needs_child() const override;
    core::memory_account_ptr payer() const override { return account_; }
    child::repeated_requests to_repeat() const override { return child_settings::requests(assignment_->settings()); }

private:
    child::seat* own_seat() const { return assignment_ ? assignment_->own() : nullptr; }
    void pass_on(const jsonrpc::envelope& notification, std::string* text);
    void on_call_settled(core::clock::time_point now) override;

    identity who_;
    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::shared_ptr<child_assignment> assignment_;
    mcp::revision revision_ = mcp::revision::r2025_11_25;
    std::string version_;
    resumable_streams streams_;
    std::shared_ptr<stream> general_;
    call_set calls_;
    call_sender sender_;
    child_message_router router_;
    session_use use_;
    bool is_ending_ = false;  // the general stream ends with the last call
};

}  // namespace bridge::session
