// Isolation `request`: a fresh child for each request.
#pragma once

#include <memory>

#include "bridge/session/assigner.hpp"
#include "bridge/session/fresh_assignment.hpp"

namespace bridge::session {

/// Assigns children of one pool, which the bridge initialises.
class fresh_children final : public assigner {
public:
    fresh_children(core::executor executor, child::children& children, const core::limits& bounds, std::size_t warm);

    std::span<const mcp::server_capability> unserved_capabilities(bool is_anonymous) const override;
    std::optional<child::refusal> refusal(std::string_view principal) const override;
    void assign(const std::shared_ptr<session>& client, child::legacy_handshake words) override;
    std::shared_ptr<child_assignment> assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                             child::legacy_handshake words) override;
    core::task<void> try_child() override;

private:
    std::shared_ptr<fresh_source> source_;
};

}  // namespace bridge::session
