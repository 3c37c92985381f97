#include "bridge/jsonrpc/other_params.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::jsonrpc {

void replace_params(std::string& text, envelope& message, std::string_view params, unsigned max_depth) {
    envelope changed = message;
    changed.params = params;
    // A view into the old params.
    changed.meta_progress_token = {};
    std::string made;
    append_call(made, changed, message.id, {});
    text = std::move(made);
    const read_outcome read = read_envelope(text, max_depth);
    message = std::get<envelope>(read);
}

void remove_params(std::string& text, envelope& message, std::vector<std::string_view> cuts, unsigned max_depth) {
    if (cuts.empty()) return;
    if (text.size() <= slice_bytes) return replace_params(text, message, without_cuts(message.params, std::move(cuts)), max_depth);
    for (std::string_view* const part : {&message.meta, &message.meta_progress_token, &message.meta_revision, &message.task}) {
        const auto has_part = [part](std::string_view cut) { return cut.data() <= part->data() && part->data() < cut.data() + cut.size(); };
        if (std::ranges::any_of(cuts, has_part)) *part = {};
    }
    message.known = known_members::without(message, cuts);
}

std::string_view prepend_param(std::string& text, envelope& message, std::string_view member) {
    const auto brace = static_cast<std::size_t>(message.params.data() - text.data());
    const auto members = few_members_of(message, message.params);
    const bool is_empty = members && members->empty();
    // In front of the brace is `"params":`, and in front of that the brace of the message or a comma: ten bytes at least.
    const std::size_t begin = brace - member.size();
    text[begin - 1] = '{';
    text.replace(begin, member.size(), member);
    text[brace] = is_empty ? ' ' : ',';
    message.params = std::string_view(text).substr(begin - 1, message.params.size() + member.size() + 1);
    return std::string_view(text).substr(begin, member.size());
}

}  // namespace bridge::jsonrpc
