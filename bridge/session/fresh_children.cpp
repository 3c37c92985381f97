#include "bridge/session/fresh_children.hpp"

#include <utility>

#include "bridge/session/shared_child.hpp"

namespace bridge::session {

fresh_children::fresh_children(core::executor executor, child::children& children, const core::limits& bounds, std::size_t warm)
    : assigner(executor, children, bounds), source_(std::make_shared<fresh_source>()) {
    source_->common_owner = std::make_shared<fresh_child_owner>();
    source_->owner = source_->common_owner;
    source_->charge = {children.memory().common(), core::memory_use::handshake};
    child::legacy_handshake words = own_words();
    words.wants_changes = false;
    fresh_source::set_pool(source_, child::pool::make(executor, children, bounds, std::move(words), warm));
}

std::span<const mcp::server_capability> fresh_children::unserved_capabilities(bool) const {
    return unserved_by_fresh_children();
}

std::optional<child::refusal> fresh_children::refusal(std::string_view principal) const {
    return source_->initialize_result.empty() ? source_->pool->current_refusal(principal) : std::nullopt;
}

void fresh_children::assign(const std::shared_ptr<session>& client, child::legacy_handshake) {
    // A client that initialises its session again keeps its calls.
    if (client->assignment()) return;
    client->assign(assign(client->who(), client, {}));
}

std::shared_ptr<child_assignment> fresh_children::assign(const session_identity& client, std::weak_ptr<child::slot_owner>, child::legacy_handshake) {
    return make_fresh_assignment(executor_, source_, client.principal, bounds_);
}

core::task<void> fresh_children::try_child() {
    if (source_->initialize_result.empty()) {
        const auto learned = co_await fresh_source::learn(source_, {}, {});
        if (!learned || !children_.health().is_on_probation()) co_return;
    }
    co_await assigner::try_child();
}

}  // namespace bridge::session
