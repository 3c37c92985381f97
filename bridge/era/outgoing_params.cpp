#include "bridge/era/outgoing_params.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "bridge/jsonrpc/edit.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/other_params.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// The parts of the raw `capabilities` that only a child may see that has no tasks.
std::vector<std::string_view> task_cuts(std::string_view capabilities) {
    std::vector<std::string_view> cuts;
    const auto is_tasks = [](const jsonrpc::member& each) { return each.is(mcp::tasks_extension); };
    jsonrpc::add_cuts(jsonrpc::members_of(jsonrpc::find_member(capabilities, "extensions")), is_tasks, cuts);
    return cuts;
}

// No replacement is longer than its target.
void edit_in_place(std::string& text, const std::vector<jsonrpc::edit>& edits) {
    for (const jsonrpc::edit& each : edits) {
        const auto begin = text.begin() + (each.target.data() - text.data());
        const auto end = std::ranges::copy(each.replacement, begin).out;
        std::fill(end, begin + static_cast<std::ptrdiff_t>(each.target.size()), ' ');
    }
}

}  // namespace

outgoing_params::part outgoing_params::part_of(std::string_view params, std::string_view text) {
    if (text.empty()) return {0, 0};
    return {static_cast<std::size_t>(text.data() - params.data()), text.size()};
}

outgoing_params::outgoing_params(const jsonrpc::envelope& message, const modern_request& request, unsigned max_depth)
    : state_(part_of(message.params, request.request_state)), child_state_(request.child_state),
      capabilities_(part_of(message.params, request.capabilities)), max_depth_(max_depth) {}

void outgoing_params::fit_modern(jsonrpc::envelope& message, std::string& text, bool keeps_tasks) const {
    std::vector<jsonrpc::edit> edits;
    if (!keeps_tasks) {
        for (const std::string_view each : task_cuts(capabilities_.of(message.params))) edits.push_back({.target = each, .replacement = {}});
    }
    if (has_child_state()) edits.push_back({.target = state_.of(message.params), .replacement = child_state_});
    if (edits.empty()) return;
    if (text.size() > jsonrpc::slice_bytes) return edit_in_place(text, edits);
    jsonrpc::sort_edits(edits);
    jsonrpc::replace_params(text, message, jsonrpc::with_edits(message.params, edits), max_depth_);
}

}  // namespace bridge::era
