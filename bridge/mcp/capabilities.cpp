#include "bridge/mcp/capabilities.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::mcp {
namespace {

// The capability that a client needs for a request of the server.
struct needed_capability {
    std::string_view method;
    bool client_capabilities::*declared;
};

// The requests of a server that the revisions up to 2025-11-25 have (schema, ServerRequest), but for `ping`.
constexpr std::array needs = {needed_capability{method::sampling, &client_capabilities::sampling},
                              needed_capability{method::elicitation, &client_capabilities::elicitation},
                              needed_capability{method::roots, &client_capabilities::roots},
                              needed_capability{method::tasks_get, &client_capabilities::tasks},
                              needed_capability{method::tasks_result, &client_capabilities::tasks},
                              needed_capability{method::tasks_list, &client_capabilities::tasks_list},
                              needed_capability{method::tasks_cancel, &client_capabilities::tasks_cancel}};

using jsonrpc::add_cuts;
using jsonrpc::member;
using jsonrpc::members_of;

void add_capability_cuts(std::string_view capabilities, std::span<const server_capability> removed, std::vector<std::string_view>& cuts) {
    const std::vector<member> all = members_of(capabilities);
    const auto is_named = [removed](std::string_view name, std::string_view part) {
        return std::ranges::any_of(removed, [name, part](const server_capability& each) {
            return jsonrpc::string_equals(name, each.name) && (part.empty() ? each.part.empty() : jsonrpc::string_equals(part, each.part));
        });
    };
    const auto is_removed = [&is_named](const member& each) { return is_named(each.key, {}); };
    for (const member& each : all) {
        if (is_removed(each)) continue;
        add_cuts(
            members_of(each.value), [&](const member& part) { return is_named(each.key, part.key); }, cuts);
    }
    add_cuts(all, is_removed, cuts);
}

}  // namespace

client_capabilities client_capabilities::read(std::string_view initialize_params) {
    const std::string_view declared = jsonrpc::find_member(initialize_params, "capabilities");
    const auto has = [](std::string_view object, std::string_view name) { return jsonrpc::find_member(object, name).starts_with('{'); };
    const std::string_view tasks = jsonrpc::find_member(declared, "tasks");
    return {.sampling = has(declared, "sampling"),
            .elicitation = has(declared, "elicitation"),
            .roots = has(declared, "roots"),
            .tasks = has(tasks, "requests"),
            .tasks_list = has(tasks, "list"),
            .tasks_cancel = has(tasks, "cancel")};
}

bool client_capabilities::allow(std::string_view raw) const {
    const auto need = std::ranges::find_if(needs, [raw](const needed_capability& each) { return jsonrpc::string_equals(raw, each.method); });
    return need == needs.end() || this->*need->declared;
}

std::string without_capabilities(std::string_view result, std::span<const server_capability> removed) {
    std::vector<std::string_view> cuts;
    jsonrpc::scanner in(result, jsonrpc::deepest_nesting);
    if (!removed.empty() && in.peek() == '{') {
        in.object([&](std::string_view key) {
            std::string_view value;
            if (!in.value(value)) return false;
            if (jsonrpc::string_equals(key, "capabilities")) add_capability_cuts(value, removed, cuts);
            return true;
        });
    }
    return jsonrpc::without_cuts(result, std::move(cuts));
}

}  // namespace bridge::mcp
