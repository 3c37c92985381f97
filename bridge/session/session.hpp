// A legacy client's session.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/principal.hpp"
#include "bridge/mcp/capabilities.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/session/asked_requests.hpp"
#include "bridge/session/child_assignment.hpp"
#include "bridge/session/child_settings.hpp"
#include "bridge/session/exchange.hpp"
#include "bridge/session/task_access.hpp"

namespace bridge::session {

/// How a session's client and the bridge exchange messages.
enum class transport {
    streamable_http,  ///< revisions 2025-03-26 and later
    http_sse,         ///< revision 2024-11-05: all that the client gets comes on the general stream
};

/// What one client opened with `initialize`: who it is, what was agreed on, its requests in flight, its streams, and
/// where its calls go. It decides what becomes of the messages of a child that is its own. Ends with `close`.
class session final : public child::seat_owner, public exchange_owner, public std::enable_shared_from_this<session> {
public:
    struct identity {
        std::string id;
        std::string principal;
        mcp::client_capabilities declared{};
        transport via = transport::streamable_http;
        std::string program{};  ///< the client's User-Agent
    };

    /// `bounds` must outlive it. `account` is that of its principal; null for nobody.
    session(core::executor where, identity who, const core::limits& bounds, core::clock::time_point now, core::memory_account_ptr account = {});

    const identity& who() const { return who_; }

    /// Pays for what is kept for it and for its own child.
    core::memory_account_ptr payer() const override { return account_; }
    void declare(mcp::client_capabilities what) { who_.declared = what; }

    /// Its calls run there from now on.
    void assign(std::shared_ptr<child_assignment> assignment) { assignment_ = std::move(assignment); }

    /// Where its calls run; null until it was assigned.
    const std::shared_ptr<child_assignment>& assignment() const { return assignment_; }

    /// True if nobody says who the client is: other clients of that principal are perhaps other people.
    bool is_anonymous() const { return who_.principal == core::anonymous_principal; }

    /// What its tasks on a shared child are kept under; empty if it has a child of its own.
    std::string_view task_owner() const {
        const task_access* const tasks = assignment_ ? assignment_->tasks() : nullptr;
        return tasks != nullptr ? std::string_view(tasks->owner()) : std::string_view();
    }

    /// Notes the revision that client and server agreed on: `version` as they call it, `agreed` the newest that this
    /// bridge knows if it is none of those. From 2025-11-25 on streams are resumable.
    void agree(mcp::revision agreed, std::string version);
    mcp::revision revision() const { return revision_; }
    const std::string& version() const { return version_; }

    // ---- requests of the client

    /// What the client has asked of its server since `initialize`; never less than before.
    enum class usage {
        none,    ///< nothing
        listed,  ///< only what leaves nothing behind in the server: `mcp::only_lists`
        worked,  ///< anything else
    };
    usage used_for() const { return usage_; }

    /// In flight.
    std::size_t count_requests() const { return exchanges_.size(); }

    /// The client has to wait before it asks more: too much is in flight, or answered and not yet read.
    bool is_full() const { return exchanges_.size() >= bounds_.exchanges_per_session || general_->is_choked(); }

    /// Why no child can serve it at the moment, not even after a wait; nothing if one can.
    std::optional<child::refusal> refusal() const;

    /// Makes the exchange for the client's request `message`, whose answer goes to `out`. It counts until it is settled.
    std::shared_ptr<exchange> begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out,
                                    core::clock::time_point now);

    /// Sends `message` to a child as the call of `call`; if there is none at the moment, one is started first, in the
    /// background. An error says that no call was made: limit_reached (calls in flight), child_not_reading,
    /// child_exited; `call` is dropped then. Whatever happens later is told on the stream of `call`.
    /// `text`, if given, is what `message` was read from; it is taken over if it is large, and left alone otherwise.
    boost::system::error_code send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text = nullptr);

    /// The exchange in flight with the client's id `id` (raw, exact in type and spelling); the newest if a client uses
    /// one twice; null if there is none.
    std::shared_ptr<exchange> find(std::string_view id) const;

    /// Takes a message of the client's that wants no answer. A cancellation goes to its exchange, an answer to whoever
    /// asked, other notifications to the session's own child. A child that is shared is not told: what a client says of
    /// itself does not hold for the others. `text` as for `send`.
    void take(const jsonrpc::envelope& message, core::clock::time_point now, std::string* text = nullptr);

    // ---- streams towards the client

    /// For what belongs to no request: what the GET stream carries.
    const std::shared_ptr<stream>& general() const { return general_; }

    bool is_resumable() const {
        return who_.via == transport::streamable_http && revision_ >= mcp::revision::r2025_11_25;
    }

    /// Lets a client come back to `which`, if its transport and the revision agreed on have that.
    void offer_resuming(const std::shared_ptr<stream>& which);

    /// The stream of that number, if it can still be read; null otherwise: then `missed` may have the rest of it.
    std::shared_ptr<stream> find_stream(std::uint64_t number) const;

    /// `from` loses its reader: puts the server's requests that wait there elsewhere, unless the client can come back.
    void take_back_requests(stream& from);

    /// What was sent behind `last` on its stream.
    std::vector<event_ring::event> missed(event_id last) const { return ring_.after(last); }

    // ---- life

    /// The client has closed the only stream on which it can be reached, and has perhaps left for good.
    bool is_left() const { return who_.via == transport::http_sse && !general_->has_reader(); }

    /// It did so too long ago to come back. For one that has asked nothing yet there is little to come back to.
    bool is_abandoned(core::clock::time_point now) const;

    /// The client opens its general stream. If its child has died, it gets it back: nothing else would come on the stream.
    void note_reader(core::clock::time_point now);

    void touch(core::clock::time_point now) { last_used_ = now; }
    core::clock::time_point last_used() const { return last_used_; }
    bool is_busy() const { return !exchanges_.empty() || general_->has_reader(); }

    /// True if it has a process of its own that nothing would be missed of: nothing is in flight either way, nothing that the client has
    /// to read waits, and it is subscribed to nothing. That the client reads its general stream does not count.
    bool can_sleep() const;

    /// Since when the client has had nothing in flight and asked nothing.
    core::clock::time_point idle_since() const { return idle_since_; }

    /// Gives up its process, which `can_sleep` must allow, until the client's next request.
    void sleep();
    bool is_asleep() const { return own_seat() != nullptr && own_seat()->is_asleep(); }

    /// To be called every second or so: ends what waited too long.
    void sweep(core::clock::time_point now);

    /// Memory is short: gives up what is kept for a client that is away or could come back. How many bytes that freed.
    std::size_t shed();

    /// Ends the general stream, as soon as no answer has to come on it.
    void end_general_stream();

    /// Ends everything: requests in flight get `reason` as their error, streams end, the session's own child is stopped.
    void close(const std::string& reason);

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_failure(child::link& from) override;
    std::string_view principal() const override { return who_.principal; }
    bool needs_child() const override;
    child::repeated_requests to_repeat() const override;
    void on_settled(exchange& which, core::clock::time_point now) override;

private:
    void keep_and_send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text);
    void open_and_send(const std::shared_ptr<exchange>& call, std::string text, const jsonrpc::envelope& message);
    static core::task<void> run_sending(std::shared_ptr<session> self, std::shared_ptr<exchange> call, std::string text,
                                        jsonrpc::envelope message);
    child::seat* own_seat() const { return assignment_ ? assignment_->own() : nullptr; }
    bool note_setting(const jsonrpc::envelope& message, exchange& call);
    bool settle_subscription(const jsonrpc::envelope& message, exchange& call);
    std::shared_ptr<stream> carrier() const;
    void ask(const std::shared_ptr<stream>& to, std::string text, std::uint64_t number);
    stream* log_stream() const;
    void take_cancellation(const child::link& from, const jsonrpc::envelope& message);
    void carry_held_requests(const std::shared_ptr<stream>& to);
    void pass_on(const jsonrpc::envelope& notification, std::string* text);

    core::executor where_;
    identity who_;
    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::shared_ptr<child_assignment> assignment_;
    mcp::revision revision_ = mcp::revision::r2025_11_25;
    std::string version_;
    event_ring ring_;
    std::shared_ptr<stream> general_;
    std::vector<std::weak_ptr<stream>> resumable_;  // the streams of requests; expired ones are removed on the way
    std::uint64_t last_stream_ = 0;
    std::vector<std::shared_ptr<exchange>> exchanges_;  // oldest first
    core::memory_charge exchange_charge_;               // of their ids and tokens
    asked_requests asked_;
    usage usage_ = usage::none;
    core::clock::time_point last_used_;
    core::clock::time_point idle_since_;
    core::clock::time_point last_read_;  // when the general stream was last seen to have a reader
    bool is_ending_ = false;             // the general stream ends with the last exchange
};

}  // namespace bridge::session
