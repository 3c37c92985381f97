#include "bridge/era/modern_children.hpp"

#include "bridge/era/legacy_result.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/mcp/revision_list.hpp"

namespace bridge::era {
namespace {

// Of the child's answer, in a message.
constexpr std::size_t shown_bytes = 300;

}  // namespace

std::string modern_children::discover_params(const child::legacy_handshake& words) const {
    return client_envelope(words.params).wrap();
}

child::granted<child::opened_child> modern_children::translate(core::executor executor, std::shared_ptr<child::link> source,
                                                               const child::legacy_handshake& words, std::string_view result) const {
    if (!source->is_open()) return child::refusal::failed(source->end_reason());
    const std::string_view versions = jsonrpc::find_member(result, "supportedVersions");
    if (!mcp::lists_revision(versions, [](std::string_view each) { return each == mcp::modern_revision; })) {
        return child::refusal::failed("the server does not speak revision " + std::string(mcp::modern_revision) +
                                      ": it answered server/discover with " + source->shown(result, shown_bytes));
    }
    view_terms terms{.envelope = client_envelope(words.params),
                     .server = declared_features::read(jsonrpc::find_member(result, "capabilities")),
                     .bounds = bounds_,
                     .tools = tools_,
                     .wants_changes = words.wants_changes,
                     .watching = {},
                     .follows_loss = words.follows_loss};
    if (terms.server.has_tasks) terms.watching.emplace(words.params, true);
    std::string answer = initialize_result(result, jsonrpc::find_member(words.params, "protocolVersion"));
    return child::opened_child{.shown = legacy_view::make(executor, std::move(source), std::move(terms)),
                               .initialize_result = std::move(answer),
                               .discover_result = std::string(result)};
}

}  // namespace bridge::era
