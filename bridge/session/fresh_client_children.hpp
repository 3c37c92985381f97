// A fresh child for each request, which its client can be asked by.
#pragma once

#include "bridge/session/assigner.hpp"

namespace bridge::session {

/// Opens each child with the words of its client, and gives it to one call of that client. So the child can ask the client, and meets nothing of
/// another call, not even of the same client.
class fresh_client_children final : public assigner {
public:
    /// Keeps `warm` children of each client ready, which wait for its next call.
    fresh_client_children(core::executor executor, child::children& children, const core::limits& bounds, std::size_t warm)
        : assigner(executor, children, bounds), warm_(warm) {}

    std::span<const mcp::server_capability> unserved_capabilities(bool is_anonymous) const override;
    bool is_initialized_by_bridge() const override { return false; }
    void assign(const std::shared_ptr<session>& client, child::legacy_handshake words) override;
    std::shared_ptr<child_assignment> assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                             child::legacy_handshake words) override;

private:
    std::size_t warm_;
};

}  // namespace bridge::session
