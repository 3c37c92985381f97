// The routing of the messages that a session's own child sends of its own accord.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bridge/mcp/capabilities.hpp"
#include "bridge/session/asked_requests.hpp"
#include "bridge/session/call_set.hpp"

namespace bridge::session {

/// Chooses the stream on which such a message goes to the client. Over stdio no message says which request it belongs to, so the rules are
/// those that a client can least misunderstand; no message is sent twice.
class child_message_router {
public:
    /// `declared`, the capabilities of the client, `calls` and `bounds` must outlive it. `general` is the stream for what belongs to no
    /// request. `account` pays for the child's open requests; null for nobody.
    child_message_router(const mcp::client_capabilities& declared, const call_set& calls, std::shared_ptr<stream> general, const core::limits& bounds,
                         core::memory_account_ptr account)
        : declared_(declared), calls_(calls), general_(std::move(general)), bounds_(bounds), asked_(bounds, std::move(account)) {}

    // ---- what the child sends

    void on_request(child::link& link, const jsonrpc::envelope& message);
    void on_notification(const child::link& link, const jsonrpc::envelope& message);

    /// The child ends: its requests need no answer any more. To be called before its calls are told, because that ends the streams that
    /// carried the requests.
    void on_failure(const child::link& link);

    // ---- what the client does

    /// Passes the client's answer `message` to the child. False if it answers no open request. `text` as for `asked_requests::answer`.
    bool answer(const jsonrpc::envelope& message, std::string* text) { return asked_.answer(message, text); }

    /// The client begins a request whose stream is `out`: requests of the child that wait for a stream go there.
    void carry_held_requests(const std::shared_ptr<stream>& out);

    /// `source` loses its reader: moves the child's requests that wait there to the general stream, unless the client can come back.
    void take_back_requests(stream& source);

    // ---- time

    /// Refuses the requests that have waited too long for a stream or for the client's answer.
    void refuse_overdue(core::clock::time_point now);

    /// How many requests of the child the client has not answered.
    std::size_t open_requests() const { return asked_.size(); }

private:
    std::shared_ptr<stream> carrier() const;
    void ask(const std::shared_ptr<stream>& target, std::string text, std::uint64_t number);
    stream* log_stream() const;
    void withdraw_request(const child::link& link, const jsonrpc::envelope& message);

    const mcp::client_capabilities& declared_;
    const call_set& calls_;
    std::shared_ptr<stream> general_;
    const core::limits& bounds_;
    asked_requests asked_;
};

}  // namespace bridge::session
