// A legacy client's session.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/pool.hpp"
#include "bridge/mcp/capabilities.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/session/asked_requests.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// What one client opened with `initialize`: who it is, what was agreed on, its requests in flight, its streams, and
/// where its calls go. It decides what becomes of the messages of a child that is its own. Ends with `close`.
class session final : public child::seat_owner, public exchange_owner, public std::enable_shared_from_this<session> {
public:
    struct identity {
        std::string id;
        std::string principal;
        mcp::client_capabilities declared;
    };

    /// `bounds` must outlive it.
    session(core::executor where, identity who, const core::limits& bounds, core::clock::time_point now);

    const identity& who() const { return who_; }

    /// Its calls go to a seat of its own, whose owner it must be.
    void use_own(std::shared_ptr<child::seat> place);

    /// Its calls go to a seat that it shares.
    void use_shared(std::shared_ptr<child::seat> place);

    /// Each of its calls goes to a seat of `fresh` that nobody else uses; `owner` hears its child's own messages.
    void use_fresh(std::shared_ptr<child::pool> fresh, std::shared_ptr<child::seat_owner> owner);

    /// The seat; null if there is a fresh one for each call.
    const std::shared_ptr<child::seat>& place() const { return place_; }

    /// Notes the revision that client and server agreed on: `version` as they call it, `agreed` the newest that this
    /// bridge knows if it is none of those. From 2025-11-25 on streams are resumable.
    void agree(mcp::revision agreed, std::string version);
    mcp::revision revision() const { return revision_; }
    const std::string& version() const { return version_; }

    // ---- requests of the client

    bool is_full() const { return exchanges_.size() >= bounds_.exchanges_per_session; }

    /// Makes the exchange for the client's request `message`, whose answer goes to `out`. It counts until it is settled.
    std::shared_ptr<exchange> begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out,
                                    core::clock::time_point now);

    /// Sends `message` to a child as the call of `call`; if there is none at the moment, one is started first, in the
    /// background. An error says that no call was made: limit_reached (calls in flight), child_not_reading,
    /// child_exited; `call` is dropped then. Whatever happens later is told on the stream of `call`.
    boost::system::error_code send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call);

    /// The exchange in flight with the client's id `id` (raw, exact in type and spelling); the newest if a client uses
    /// one twice; null if there is none.
    std::shared_ptr<exchange> find(std::string_view id) const;

    /// Passes a client's notification on to the session's own child. One that is shared is not told: what a client says
    /// of itself does not hold for the others.
    void take_notification(const jsonrpc::envelope& message);

    /// Passes on a client's answer to a request of the child's. False if nothing that is open was asked.
    bool take_answer(const jsonrpc::envelope& message) { return asked_.answer(message); }

    // ---- streams towards the client

    /// For what belongs to no request: what the GET stream carries.
    const std::shared_ptr<stream>& general() const { return general_; }

    bool is_resumable() const { return revision_ >= mcp::revision::r2025_11_25; }

    /// Lets a client come back to `which`, if the revision agreed on has that.
    void offer_resuming(const std::shared_ptr<stream>& which);

    /// The stream of that number, if it can still be read; null otherwise: then `missed` may have the rest of it.
    std::shared_ptr<stream> find_stream(std::uint64_t number) const;

    /// `from` loses its reader: puts the server's requests that wait there elsewhere, unless the client can come back.
    void take_back_requests(stream& from);

    /// What was sent behind `last` on its stream.
    std::vector<event_ring::event> missed(event_id last) const { return ring_.after(last); }

    // ---- life

    void touch(core::clock::time_point now) { last_used_ = now; }
    core::clock::time_point last_used() const { return last_used_; }
    bool is_busy() const { return !exchanges_.empty() || general_->has_reader(); }

    /// To be called every second or so: ends what waited too long.
    void sweep(core::clock::time_point now);

    /// Ends everything: requests in flight get `reason` as their error, streams end, the session's own child is stopped.
    void close(const std::string& reason);

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;
    void on_settled(exchange& which) override;

private:
    static core::task<void> open_and_send(std::shared_ptr<session> self, std::shared_ptr<exchange> call, std::string text);
    core::task<std::shared_ptr<child::seat>> open_place(exchange& call);
    boost::system::error_code send_on(child::link& to, const jsonrpc::envelope& message,
                                      const std::shared_ptr<exchange>& call);
    std::shared_ptr<stream> carrier() const;
    void ask(const std::shared_ptr<stream>& to, std::string text, std::uint64_t number);
    stream* log_stream() const;
    void take_cancellation(const child::link& from, const jsonrpc::envelope& message);
    void carry_held_requests(const std::shared_ptr<stream>& to);

    core::executor where_;
    identity who_;
    const core::limits& bounds_;
    std::shared_ptr<child::seat> place_;
    bool owns_place_ = false;
    std::shared_ptr<child::pool> fresh_;
    std::shared_ptr<child::seat_owner> fresh_owner_;
    mcp::revision revision_ = mcp::revision::r2025_11_25;
    std::string version_;
    event_ring ring_;
    std::shared_ptr<stream> general_;
    std::vector<std::weak_ptr<stream>> resumable_;  // the streams of requests; expired ones are removed on the way
    std::uint64_t last_stream_ = 0;
    std::vector<std::shared_ptr<exchange>> exchanges_;  // oldest first
    asked_requests asked_;
    core::clock::time_point last_used_;
};

}  // namespace bridge::session
