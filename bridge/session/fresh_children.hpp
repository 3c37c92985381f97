// Isolation `request`: a fresh child for each request.
#pragma once

#include <memory>
#include <string>

#include "bridge/child/pool.hpp"
#include "bridge/session/assigner.hpp"

namespace bridge::session {

/// The state that all sessions share. It outlives the assigner if an assignment still waits for a child.
struct fresh_source {
    std::shared_ptr<child::pool> pool;
    std::shared_ptr<child::slot_owner> owner;  ///< the owner of each slot in use
    std::string initialize_result;             ///< the children's answer to `initialize`, raw; empty until a child has answered

    /// Returns `initialize_result`. If that is empty, first opens a child on behalf of `principal` to learn it.
    [[nodiscard]] static core::task<child::granted<std::string>> learn(std::shared_ptr<fresh_source> source, std::string principal);
};

/// Assigns children of a pool.
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
