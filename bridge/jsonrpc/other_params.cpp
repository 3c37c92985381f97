#include "bridge/jsonrpc/other_params.hpp"

#include <utility>
#include <variant>

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

std::string_view prepend_param(std::string& text, envelope& message, std::string_view member) {
    const auto brace = static_cast<std::size_t>(message.params.data() - text.data());
    const std::size_t next = text.find_first_not_of(" \t\r\n", brace + 1);
    const bool is_empty = text[next] == '}';
    // In front of the brace is `"params":`, and in front of that the brace of the message or a comma: ten bytes at least.
    const std::size_t begin = brace - member.size();
    text[begin - 1] = '{';
    text.replace(begin, member.size(), member);
    text[brace] = is_empty ? ' ' : ',';
    message.params = std::string_view(text).substr(begin - 1, message.params.size() + member.size() + 1);
    // The list has the params without the member.
    message.known = nullptr;
    return std::string_view(text).substr(begin, member.size());
}

}  // namespace bridge::jsonrpc
