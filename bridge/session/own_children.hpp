// Isolation `session`: each session has a child of its own.
#pragma once

#include "bridge/session/assigner.hpp"

namespace bridge::session {

/// Opens each session's child with the client's own `initialize`.
class own_children final : public assigner {
public:
    own_children(core::executor executor, child::children& children, const core::limits& bounds) : assigner(executor, children, bounds) {}

    bool is_initialized_by_bridge() const override { return false; }
    void assign(const std::shared_ptr<session>& client, child::legacy_handshake words) override;
    std::shared_ptr<child_assignment> assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                             child::legacy_handshake words) override;
};

}  // namespace bridge::session
