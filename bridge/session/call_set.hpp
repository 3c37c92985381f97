// The calls of one client that are in flight.
#pragma once

#include <boost/container/devector.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/core/limits.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// Is notified when a call of a set is settled.
class call_listener {
public:
    virtual ~call_listener() = default;

    /// A call was settled at `now`; the set no longer holds it.
    virtual void on_call_settled(core::clock::time_point now) = 0;

    /// See `exchange_owner::spare_stream`.
    virtual stream* spare_stream() const = 0;
};

/// Holds the exchanges of one client from `begin` until they are settled, with their ids and deadlines. It knows neither sessions nor children, and
/// does no I/O.
///
/// If a client sends two requests with one id, the bridge serves both. It can: each link numbers its calls anew, so the child sees two ids. A refusal
/// would break clients that reuse their ids.
class call_set final : public exchange_owner {
public:
    /// `bounds` and `listener` must outlive it. `account` pays for the exchanges; null for none.
    call_set(const core::limits& bounds, core::memory_account_ptr account, call_listener& listener)
        : bounds_(bounds), listener_(listener), charge_(std::move(account), core::memory_use::request) {}
    ~call_set() override;
    call_set(const call_set&) = delete;
    call_set& operator=(const call_set&) = delete;

    /// Adds the exchange for the client's request `message`, whose answer goes to `out`. Its deadline follows from the bounds, and from
    /// whether `out` can carry progress.
    std::shared_ptr<exchange> begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now);

    /// Continues the parked exchange `call` with the client's request `message`, whose answer goes to `out`, with a new deadline.
    void resume(exchange& call, const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now);

    /// The exchange with the client's id `id` (raw, exact in type and spelling); null if there is none. Of several exchanges with that id, the
    /// newest.
    std::shared_ptr<exchange> find(std::string_view id) const;

    /// Most exchanges are settled in the order in which they began, so the array can be shortened at its front.
    using exchanges = boost::container::devector<std::shared_ptr<exchange>>;

    /// Oldest first.
    const exchanges& all() const { return exchanges_; }
    std::size_t size() const { return exchanges_.size(); }
    bool empty() const { return exchanges_.empty(); }

    /// Ends the exchanges whose deadline is not after `now`.
    void time_out_late(core::clock::time_point now);

    /// Ends all exchanges with `reason` as their error, without a notification of the listener.
    void abandon_all(std::string_view reason);

    void on_settled(exchange& call, core::clock::time_point now) override;
    stream* spare_stream() const override { return listener_.spare_stream(); }

private:
    void set_deadline(exchange& call, bool accepts_messages, core::clock::time_point now) const;

    const core::limits& bounds_;
    call_listener& listener_;
    exchanges exchanges_;         // oldest first
    core::memory_charge charge_;  // for their ids and tokens
};

}  // namespace bridge::session
