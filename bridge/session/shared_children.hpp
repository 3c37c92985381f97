// Isolation `shared`: one child serves every session.
#pragma once

#include "bridge/session/assigner.hpp"

namespace bridge::session {

/// Holds the one child, the settings of its clients, and the owners of its tasks.
class shared_children final : public assigner {
public:
    shared_children(core::executor executor, child::children& children, const core::limits& bounds, audience& clients);

    std::span<const mcp::server_capability> unserved_capabilities(bool is_anonymous) const override;
    std::optional<child::refusal> refusal(std::string_view principal) const override;
    std::string last_failure() const override;
    void assign(const std::shared_ptr<session>& client, child::legacy_handshake words) override;
    std::shared_ptr<child_assignment> assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                             child::legacy_handshake words) override;
    std::set<std::string> subscribers(std::string_view uri) const override { return settings_->subscribed().receivers(uri); }
    core::task<void> try_child() override;

private:
    std::shared_ptr<child_settings> settings_;
    std::shared_ptr<task_owners> tasks_;
    std::shared_ptr<child::fair_share> calls_;  // the principals' shares in the calls in flight
    std::shared_ptr<shared_child_owner> owner_;
    std::shared_ptr<child::child_slot> slot_;
};

}  // namespace bridge::session
