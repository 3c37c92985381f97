// The path of a client's request to a child.
#pragma once

#include <memory>
#include <string>

#include "bridge/session/child_assignment.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// Sends the calls of one client.
class call_sender {
public:
    /// `bounds` must outlive it. `account` pays for requests that wait for a child; null for none.
    call_sender(core::executor executor, const core::limits& bounds, core::memory_account_ptr account)
        : executor_(executor), bounds_(bounds), account_(std::move(account)) {}

    /// Sends `message` as the call of `call` to the child of `assignment`. If no child is available at once, this function acquires one in the
    /// background. An error says that no call was made: limit_reached (calls in flight), child_not_reading, child_exited, no_memory; then it drops
    /// `call`. The stream of `call` reports all later outcomes. `text`, if not null, is the text from which `message` was parsed: the function moves
    /// from it if the text is large, and leaves it unchanged otherwise.
    boost::system::error_code send(const std::shared_ptr<child_assignment>& assignment, const jsonrpc::envelope& message,
                                   const std::shared_ptr<exchange>& call, std::string* text) const;

private:
    struct waiting_call;

    boost::system::error_code keep_and_send(const std::shared_ptr<child_assignment>& assignment, const jsonrpc::envelope& message,
                                            const std::shared_ptr<exchange>& call, std::string* text) const;
    static core::task<void> run(std::weak_ptr<waiting_call> kept, std::shared_ptr<exchange> call);

    core::executor executor_;
    const core::limits& bounds_;
    core::memory_account_ptr account_;
};

}  // namespace bridge::session
