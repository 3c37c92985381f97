// What becomes of the messages that a child sends of its own accord when it is not one session's own.
#pragma once

#include <string>

#include "bridge/child/seat.hpp"
#include "bridge/session/child_settings.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::session {

/// The clients of a shared child.
class audience {
public:
    virtual ~audience() = default;

    /// Sends one JSON text to every client.
    virtual void tell_all(const std::string& text) = 0;

    /// Sends it to those that subscribed to the resource `uri`.
    virtual void tell_subscribers(const std::string& uri, const std::string& text) = 0;

    /// Sends it to the client of the session that created `task`, or, if that has ended, to one that has the same tasks and listens.
    virtual void tell_owner(const task_owners::task& task, const std::string& text) = 0;

    /// True if any reads its general stream.
    virtual bool listens() const = 0;
};

/// Of a child that serves everyone. It was told that its client can do nothing, so its requests are refused. That a list
/// has changed concerns everyone, an update of a resource those who subscribed to it, what belongs to a task its owner. Otherwise nothing says whose
/// a log is, and it can come long after its call: it is passed on, with the only request in flight, as long as the child has known one session only.
class shared_child_owner final : public child::seat_owner {
public:
    /// `clients` must outlive it; `settings` are what they have set, `tasks` whose the child's tasks are.
    shared_child_owner(audience& clients, std::shared_ptr<const child_settings> settings, std::shared_ptr<task_owners> tasks)
        : clients_(clients), settings_(std::move(settings)), tasks_(std::move(tasks)) {}

    /// One more session sends its calls to the child.
    void note_session() { ++sessions_; }

    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;
    /// Its tasks end with it; the next child's may have the same ids.
    void on_child_failure(child::link&) override { tasks_->clear(); }
    bool serves_several() const override { return sessions_ > 1; }
    bool needs_child() const override { return clients_.listens() || !settings_->subscribed().empty(); }
    child::repeated_requests to_repeat() const override { return child_settings::requests(settings_); }

private:
    void pass_to_task_owner(std::string_view raw_id, const jsonrpc::envelope& message);

    audience& clients_;
    std::shared_ptr<const child_settings> settings_;
    std::shared_ptr<task_owners> tasks_;
    std::size_t sessions_ = 0;  // so far
};

/// Of a child that serves one request: its logs go with that. What it says of its lists means nothing for the next, and
/// its requests are refused, as it was told that its client can do nothing.
class fresh_child_owner final : public child::seat_owner {
public:
    void on_child_notification(child::link& from, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& from, const jsonrpc::envelope& message) override;
};

}  // namespace bridge::session
