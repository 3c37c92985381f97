// The session of a client of the legacy era.
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
#include "bridge/session/session_state.hpp"
#include "bridge/session/session_use.hpp"

namespace bridge::session {

/// The state that a client opened with `initialize`: the identity of the client, the agreed revision, its calls in flight, its streams, and the
/// assignment of its calls to a child. It is the owner of its own child, if it has one. `session_state` has its states.
class session final : public child::slot_owner, private call_listener, public std::enable_shared_from_this<session> {
public:
    using identity = session_identity;

    /// `bounds` must outlive it. `account` is the account of its principal; null for none.
    session(core::executor executor, identity client, const core::limits& bounds, core::clock::time_point now, core::memory_account_ptr account = {});

    const identity& who() const { return who_; }
    void declare(mcp::client_capabilities declared) { who_.declared = declared; }
    /// Sets the assignment of its calls; there is none before.
    void assign(std::shared_ptr<child_assignment> assignment) { assignment_ = std::move(assignment); }
    const std::shared_ptr<child_assignment>& assignment() const { return assignment_; }

    /// The owner of its tasks on a shared child; empty if the child is its own.
    std::string_view task_owner() const;

    /// Records the revision that client and server agreed on, and its name. `agreed` is the newest known revision if the name is unknown.
    void agree(mcp::revision agreed, std::string version);
    mcp::revision revision() const { return revision_; }
    const std::string& version() const { return version_; }

    // ---- requests of the client

    const call_set& calls() const { return calls_; }

    /// True if the client must wait before its next request: too many requests are in flight, or too many answers wait for it.
    bool is_full() const { return calls_.size() >= bounds_.exchanges_per_session || general_->is_choked(); }

    /// Why no child can serve the session at the moment, not even after a wait; nothing if one can.
    std::optional<child::refusal> refusal() const { return assignment_ ? assignment_->refusal() : std::nullopt; }

    /// Adds the call for the client's request `message`, whose answer goes to `out`.
    std::shared_ptr<exchange> begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now);

    /// Sends the call, as `call_sender::send` does. If the child must not get `message`, the session answers `call` itself.
    boost::system::error_code send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text = nullptr);

    /// Accepts a message of the client that needs no answer. A cancellation goes to its call, an answer to the child that sent the request, any other
    /// notification to the session's own child. A shared child gets no notifications, because what one client says of itself is not true for the
    /// other clients. `text` as for `send`.
    void receive(const jsonrpc::envelope& message, core::clock::time_point now, std::string* text = nullptr);

    // ---- streams towards the client

    /// The stream for messages that belong to no request.
    const std::shared_ptr<stream>& general() const { return general_; }

    /// True if the client can resume streams. The revision that it asked for decides: SDKs do not consult the agreed one.
    bool is_resumable() const;

    /// Passes on `notice` of a shared child, with the text `text`: it is about a task of this client.
    void tell_of_task(const jsonrpc::envelope& notice, std::string text);

    /// Makes `request_stream` resumable, if the client can resume it.
    void offer_resuming(const std::shared_ptr<stream>& request_stream);

    /// The stream of that number; null if it no longer exists. `missed` returns the events after `last` that were sent on its stream.
    std::shared_ptr<stream> find_stream(std::uint64_t number) const { return number == 0 ? general_ : streams_.find(number); }
    std::vector<event_ring::event> missed(event_id last) const { return streams_.missed(last); }

    /// The client no longer reads `source`, which broke; see `child_message_router::on_reader_lost`.
    void on_reader_lost(stream& source) { router_.on_reader_lost(source); }

    // ---- life

    /// True if the client has closed its only stream. It may have left for good.
    bool is_left() const { return who_.via == transport::http_sse && !general_->has_reader(); }

    /// True if the client closed that stream too long ago to come back. A client that has sent no request yet has little reason to come back.
    bool is_abandoned(core::clock::time_point now) const;

    /// Records that the client is about to read its general stream anew, or to resume the stream of the event `last`. Replaces an ended child.
    void record_reader(core::clock::time_point now, std::optional<event_id> last = {});

    const session_use& use() const { return use_; }
    bool is_busy() const { return !calls_.empty() || general_->has_reader(); }

    /// True if the session has its own child and would lose nothing with it: nothing is in flight in either direction, no message waits for the
    /// client, and the client has no subscriptions. A client that reads its general stream does not prevent it.
    bool can_sleep() const;

    /// Ends the session's child until the client's next request. `can_sleep` must be true.
    void sleep();
    bool is_asleep() const { return own_slot() != nullptr && own_slot()->is_asleep(); }

    /// Times out requests and messages that have waited too long. To be called about once a second.
    void sweep(core::clock::time_point now);

    /// Because memory is short, drops what is kept for a client that is away or could come back. Returns the number of bytes freed.
    std::size_t shed();

    /// Ends the general stream, once no answer is missing on it.
    void end_general_stream();
    /// Ends everything: calls in flight fail with the error `reason`, streams end, and the session's own child is stopped.
    void close(const std::string& reason);

    // ---- as the owner of its own child

    void on_child_notification(child::link& link, const jsonrpc::envelope& message) override { router_.on_notification(link, message); }
    void on_child_request(child::link& link, const jsonrpc::envelope& message) override { router_.on_request(link, message); }
    void on_child_failure(child::link& link) override { router_.on_failure(link); }
    std::string_view principal() const override { return who_.principal; }
    bool needs_child() const override;
    core::memory_account_ptr payer() const override { return account_; }
    child::own_requests to_repeat() const override { return child_settings::requests(assignment_->settings()); }

private:
    child::child_slot* own_slot() const { return assignment_ ? assignment_->own() : nullptr; }
    void pass_on(const jsonrpc::envelope& notification, std::string* text);
    void on_call_settled(core::clock::time_point now) override;
    stream* spare_stream() const override { return router_.spare_stream(); }

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
    core::guarded_state<session_state, session_changes> state_{session_state::opening};
};

}  // namespace bridge::session
