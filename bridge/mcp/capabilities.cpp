#include "bridge/mcp/capabilities.hpp"

#include <vector>

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::mcp {

client_capabilities client_capabilities::read(std::string_view initialize_params) {
    const std::string_view declared = jsonrpc::find_member(initialize_params, "capabilities");
    const auto has = [declared](std::string_view name) { return jsonrpc::find_member(declared, name).starts_with('{'); };
    return {.sampling = has("sampling"), .elicitation = has("elicitation"), .roots = has("roots")};
}

namespace {

struct member_span {
    std::string_view key;
    const char* end;
};

// Returns the part of `object` to cut out in order to remove its member `name`, with the comma that belongs to it. Returns an empty view if
// there is no such member.
std::string_view cut_of(std::string_view object, std::string_view name) {
    std::vector<member_span> all;
    jsonrpc::scanner in(object, jsonrpc::deepest_nesting);
    if (in.peek() != '{') return {};
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        all.push_back({key, value.data() + value.size()});
        return true;
    });
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!jsonrpc::string_equals(all[i].key, name)) continue;
        const bool is_last = i + 1 == all.size();
        const char* const begin = is_last && i != 0 ? all[i - 1].end : all[i].key.data();
        const char* const end = is_last ? all[i].end : all[i + 1].key.data();
        return {begin, static_cast<std::size_t>(end - begin)};
    }
    return {};
}

}  // namespace

bool client_capabilities::allow(std::string_view raw) const {
    const auto is = [raw](std::string_view name) { return jsonrpc::string_equals(raw, name); };
    return (sampling && is(method::sampling)) || (elicitation && is(method::elicitation)) || (roots && is(method::roots)) || is(method::ping);
}

std::string without_task_list(std::string_view result) {
    std::string out(result);
    const std::string_view tasks = jsonrpc::find_member(jsonrpc::find_member(out, "capabilities"), "tasks");
    const std::string_view cut = cut_of(tasks, "list");
    if (!cut.empty()) out.erase(static_cast<std::size_t>(cut.data() - out.data()), cut.size());
    return out;
}

}  // namespace bridge::mcp
