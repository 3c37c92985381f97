// A legacy client's session.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/seat.hpp"
#include "bridge/mcp/capabilities.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// Decides what becomes of a child's own messages when one child serves one session: its requests go to the client on
/// the reply of the oldest request in flight, its logs on the reply of the only one.
class private_child_owner final : public child::seat_owner {
public:
    explicit private_child_owner(mcp::client_capabilities declared) : declared_(declared) {}

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;

private:
    mcp::client_capabilities declared_;
};

/// The same when one child serves everyone: it was told that its client can do nothing, so its requests are refused, and
/// its logs go on the reply of the only request in flight, since nothing says whose they are.
class shared_child_owner final : public child::seat_owner {
public:
    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;
};

/// A session: who opened it, in which revision, and where its calls go. Ends with `close`.
class session {
public:
    struct identity {
        std::string id;
        std::string principal;
        mcp::revision revision;  ///< the newest that this bridge knows, if the one agreed on is none of those
        std::string version;     ///< the revision agreed on as client and server call it
    };

    /// `place` is this session's own seat, or the shared one. `owner` is kept alive with it; null for the shared one.
    session(identity who, std::shared_ptr<child::seat> place, std::shared_ptr<child::seat_owner> owner,
            const core::limits& bounds, core::clock::time_point now);

    const identity& who() const { return who_; }
    const std::shared_ptr<child::seat>& place() const { return place_; }
    bool owns_child() const { return owner_ != nullptr; }

    /// Counts a request in flight while it lives. `is_full` is to be asked before.
    class in_flight {
    public:
        in_flight(session& of, exchange& what);
        ~in_flight();
        in_flight(const in_flight&) = delete;
        in_flight& operator=(const in_flight&) = delete;

    private:
        session& session_;
        exchange& exchange_;
    };

    bool is_full() const { return exchanges_.size() >= bounds_.exchanges_per_session; }
    bool is_busy() const { return !exchanges_.empty(); }

    /// The exchange with the client's id `id` (raw, exact in type and spelling); the newest if a client uses one twice.
    exchange* find(std::string_view id) const;

    /// Passes a client's notification on to the session's own child. One that is shared is not told: what a client says
    /// of itself does not hold for the others.
    void take_notification(const jsonrpc::envelope& message);

    void touch(core::clock::time_point now) { last_used_ = now; }
    core::clock::time_point last_used() const { return last_used_; }

    /// Ends the session's own child; requests in flight are told `reason`.
    void close(const std::string& reason);

private:
    identity who_;
    std::shared_ptr<child::seat> place_;
    std::shared_ptr<child::seat_owner> owner_;
    const core::limits& bounds_;
    std::vector<exchange*> exchanges_;
    core::clock::time_point last_used_;
};

}  // namespace bridge::session
