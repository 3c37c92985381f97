// What becomes of the messages that a child sends of its own accord when it serves several clients.
#pragma once

#include <string>

#include "bridge/child/seat.hpp"

namespace bridge::session {

/// The clients of a shared child.
class audience {
public:
    virtual ~audience() = default;

    /// Sends one JSON text to every client.
    virtual void tell_all(const std::string& text) = 0;

    /// Sends it to those that subscribed to the resource `uri`.
    virtual void tell_subscribers(const std::string& uri, const std::string& text) = 0;
};

/// The child was told that its client can do nothing, so its requests are refused. Its logs go with the only request in
/// flight, since nothing says whose they are. That a list has changed concerns everyone, an update of a resource those who
/// subscribed to it.
class shared_child_owner final : public child::seat_owner {
public:
    /// `clients` must outlive it; null if what this child says beyond its calls concerns nobody.
    explicit shared_child_owner(audience* clients) : clients_(clients) {}

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;

private:
    audience* clients_;
};

}  // namespace bridge::session
