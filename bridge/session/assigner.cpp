#include "bridge/session/assigner.hpp"

#include "bridge/session/fresh_children.hpp"
#include "bridge/session/own_children.hpp"
#include "bridge/session/shared_children.hpp"

namespace bridge::session {
namespace {

// The words by which the bridge introduces itself to a child that it initialises on its own behalf.
constexpr std::string_view own_initialize_params =
    R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp-bridge","version":")" MCP_BRIDGE_VERSION R"("}})";

}  // namespace

std::unique_ptr<assigner> assigner::make(core::executor executor, child::children& children, const core::limits& bounds, isolation kind,
                                         std::size_t warm, audience& clients) {
    if (kind == isolation::request) return std::make_unique<fresh_children>(executor, children, bounds, warm);
    // With one shared child, the warm child is its successor.
    children.keep_warm(warm);
    if (kind == isolation::shared) return std::make_unique<shared_children>(executor, children, bounds, clients);
    return std::make_unique<own_children>(executor, children, bounds);
}

child::legacy_handshake assigner::own_words() {
    return {.params = std::string(own_initialize_params), .announce = true, .is_own = true};
}

core::task<void> assigner::try_child() {
    child::legacy_handshake words = own_words();
    words.is_trial = true;
    const auto slot = child::child_slot::make(executor_, children_, bounds_, std::move(words), {});
    const auto opened = co_await child::child_slot::open(slot);
    if (!opened) co_return;
    // A child that receives no call shows only after that time that it lives. A client that waits for the end of the child is more important.
    if (children_.health().is_on_probation()) co_await children_.first().wait_until_wanted(core::clock::now() + bounds_.stable_after);
    slot->close("the trial is over");
}

}  // namespace bridge::session
