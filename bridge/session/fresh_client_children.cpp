#include "bridge/session/fresh_client_children.hpp"

#include <utility>

#include "bridge/session/fresh_assignment.hpp"

namespace bridge::session {

std::span<const mcp::server_capability> fresh_client_children::unserved_capabilities(bool) const {
    return unserved_by_fresh_children();
}

void fresh_client_children::assign(const std::shared_ptr<session>& client, child::legacy_handshake words) {
    client->assign(assign(client->who(), client, std::move(words)));
}

std::shared_ptr<child_assignment> fresh_client_children::assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                                                child::legacy_handshake words) {
    words.announce = true;
    words.wants_changes = false;
    auto source = std::make_shared<fresh_source>();
    source->owner = owner;
    if (const auto client_owner = owner.lock()) source->charge = {client_owner->payer(), core::memory_use::handshake};
    source->words_bytes = core::capacity_of(words.params);
    source->charge.set(source->words_bytes);
    fresh_source::set_pool(source, child::pool::make(executor_, children_, bounds_, std::move(words), warm_, std::move(owner)));
    return make_fresh_assignment(executor_, std::move(source), client.principal, bounds_);
}

}  // namespace bridge::session
