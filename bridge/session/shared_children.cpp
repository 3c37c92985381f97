#include "bridge/session/shared_children.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bridge/mcp/names.hpp"
#include "bridge/session/lasting_child.hpp"
#include "bridge/session/subscription_requests.hpp"

namespace bridge::session {
namespace {

// No log line says to which call it belongs, so log lines reach no client once the child has had two. The level would be that of all clients.
constexpr mcp::server_capability logging{.name = "logging"};

// Clients that the bridge cannot tell apart would see each other's tasks (specification 2025-11-25, Tasks, "Task Isolation and Access Control").
constexpr mcp::server_capability list_of_tasks{.name = "tasks", .part = "list"};

constexpr std::array unserved_to_anonymous = {logging, list_of_tasks};

// The share of one session in the child.
class shared_assignment final : public lasting_child {
public:
    shared_assignment(core::executor executor, const session_identity& client, std::shared_ptr<child::child_slot> slot,
                      std::shared_ptr<child_settings> settings, std::shared_ptr<task_owners> tasks, std::shared_ptr<child::fair_share> calls)
        : lasting_child(std::move(slot), std::move(settings)), executor_(executor), principal_(client.principal), session_(client.id),
          tasks_(std::move(tasks), client.is_anonymous() ? std::string_view() : std::string_view(principal_), session_), calls_(std::move(calls)) {}

    // `fair_share` decides between the principals.
    std::optional<child::fair_share::part> occupy(const child::link& link) override {
        if (!calls_->admits(principal_, link.calls().size())) return std::nullopt;
        return calls_->hold(principal_);
    }

    const char* method_fault(const jsonrpc::envelope& message) const override {
        return message.is_method(mcp::method::set_level) ? "clients share this server, so none of them can set its log level" : nullptr;
    }

    const task_access* tasks() const override { return &tasks_; }
    void close(const std::string&) override {
        tasks_.end();
        end_subscriptions();
    }

private:
    void end_subscriptions() {
        unwanted_uris unwanted = settings()->subscribed().remove_all(session_);
        child::link* const link = slot().current();
        if (link == nullptr || unwanted.uris.empty()) return;
        std::function<std::optional<child::fair_share::part>()> occupy = [calls = calls_, principal = principal_, target = link->shared_from_this()] {
            return calls->admits(principal, target->calls().size()) ? std::optional(calls->hold(principal)) : std::nullopt;
        };
        subscription_requests wanted{.target = link->shared_from_this(),
                                     .method = mcp::method::unsubscribe,
                                     .uris = std::move(unwanted.uris),
                                     .charge = std::move(unwanted.charge),
                                     .is_due = {},
                                     .occupy = std::move(occupy)};
        wanted.is_due = [shared = settings()](const std::string& uri) { return !shared->subscribed().is_wanted(uri); };
        send_in_background(executor_, std::move(wanted));
    }

    core::executor executor_;
    std::string principal_;
    std::string session_;
    task_access tasks_;
    std::shared_ptr<child::fair_share> calls_;
};

}  // namespace

shared_children::shared_children(core::executor executor, child::children& children, const core::limits& bounds, audience& clients)
    : assigner(executor, children, bounds), settings_(std::make_shared<child_settings>(bounds)), tasks_(std::make_shared<task_owners>(bounds)),
      calls_(std::make_shared<child::fair_share>(bounds.exchanges_per_child)),
      owner_(std::make_shared<shared_child_owner>(clients, settings_, tasks_)) {
    slot_ = child::child_slot::make(executor, children, bounds, own_words(), owner_, child::call_numbers::random);
}

std::span<const mcp::server_capability> shared_children::unserved_capabilities(bool is_anonymous) const {
    return std::span(unserved_to_anonymous).first(is_anonymous ? 2 : 1);
}

std::optional<child::refusal> shared_children::refusal(std::string_view) const {
    return slot_->current_refusal();
}

std::string shared_children::last_failure() const {
    std::string of_all = children_.health().unresolved_failure();
    return of_all.empty() ? slot_->unresolved_failure() : of_all;
}

void shared_children::assign(const std::shared_ptr<session>& client, child::legacy_handshake) {
    if (client->assignment()) return owner_->record_session();
    client->assign(assign(client->who(), client, {}));
}

std::shared_ptr<child_assignment> shared_children::assign(const session_identity& client, std::weak_ptr<child::slot_owner>, child::legacy_handshake) {
    owner_->record_session();
    return std::make_shared<shared_assignment>(executor_, client, slot_, settings_, tasks_, calls_);
}

core::task<void> shared_children::try_child() {
    // The slot and `children` record the failure.
    static_cast<void>(co_await child::child_slot::open(slot_));
}

}  // namespace bridge::session
