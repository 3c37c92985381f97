// The routing of the messages that a child sends on its own initiative, if the child is not a session's own.
#pragma once

#include <string>
#include <string_view>

#include "bridge/child/child_slot.hpp"
#include "bridge/core/bounded_log.hpp"
#include "bridge/session/child_settings.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::session {

/// The clients of a shared child.
class audience {
public:
    virtual ~audience() = default;

    /// Sends one JSON text to every client.
    virtual void tell_all(const std::string& text) = 0;

    /// Sends the text to the sessions that subscribed to the resource `uri`.
    virtual void tell_subscribers(const std::string& uri, const std::string& text) = 0;

    /// Sends `notice` to the client of the session that created `task`. If that session has ended, sends it to a session that has the same task owner
    /// and reads its general stream.
    virtual void tell_owner(const task_owners::task& task, const jsonrpc::envelope& notice) = 0;

    /// `message` is the new state of a task of the modern era, which belongs to one of the clients.
    virtual void on_task_changed(const jsonrpc::envelope& message) = 0;

    /// The shared child of `link` has ended by itself.
    virtual void on_lost_child(child::link& link) = 0;

    /// True if any client reads its general stream.
    virtual bool listens() const = 0;
};

/// The owner of a child that all sessions share. The bridge declared no client capabilities to the child, so it refuses the child's requests.
/// `*/list_changed` concerns all clients. It goes out without params, because the child may have meant their contents for one client. An update of a
/// resource concerns the clients that subscribed to it, and a notification of a task the owner of the task. No message says to which call a log line
/// belongs, and it can arrive long after its call. So a log line goes with the only call in flight, and only as long as the child has had one
/// session.
class shared_child_owner final : public child::slot_owner {
public:
    /// `clients` must outlive it. `settings` are the settings of the clients, `tasks` the owners of the child's tasks.
    shared_child_owner(audience& clients, std::shared_ptr<const child_settings> settings, std::shared_ptr<task_owners> tasks)
        : clients_(clients), settings_(std::move(settings)), tasks_(std::move(tasks)) {}

    /// One more session sends its calls to the child.
    void record_session() { ++sessions_; }

    void on_child_notification(child::link& link, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& link, const jsonrpc::envelope& message) override;
    /// The child's tasks end with it; the next child may use their ids again.
    void on_child_failure(child::link& link) override {
        tasks_->clear();
        clients_.on_lost_child(link);
    }
    bool serves_several() const override { return sessions_ > 1; }
    bool needs_child() const override { return clients_.listens() || !settings_->subscribed().empty(); }
    child::own_requests to_repeat() const override { return child_settings::requests(settings_); }

private:
    void pass_to_task_owner(std::string_view raw_id, const jsonrpc::envelope& message);
    /// Reports that a notification is dropped because its params have `length` bytes.
    void log_dropped(std::string_view subject, std::size_t length);

    audience& clients_;
    std::shared_ptr<const child_settings> settings_;
    std::shared_ptr<task_owners> tasks_;
    std::size_t sessions_ = 0;  // so far
    core::bounded_log dropped_;
};

/// The owner of a child that serves one request. Log lines go with that request. The bridge drops `*/list_changed`, because the lists of this child
/// mean nothing for the next one. It refuses the child's requests, because it declared no client capabilities.
class fresh_child_owner final : public child::slot_owner {
public:
    void on_child_notification(child::link& link, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& link, const jsonrpc::envelope& message) override;
};

}  // namespace bridge::session
