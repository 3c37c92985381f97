// What becomes of the messages that a child sends of its own accord when it serves several clients.
#pragma once

#include <functional>
#include <string>

#include "bridge/child/seat.hpp"

namespace bridge::session {

/// The child was told that its client can do nothing, so its requests are refused. Its logs go with the only request in
/// flight, since nothing says whose they are. That a list has changed concerns everyone.
class shared_child_owner final : public child::seat_owner {
public:
    /// `tell_all` sends one JSON text to every client.
    explicit shared_child_owner(std::function<void(const std::string&)> tell_all) : tell_all_(std::move(tell_all)) {}

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;

private:
    std::function<void(const std::string&)> tell_all_;
};

}  // namespace bridge::session
