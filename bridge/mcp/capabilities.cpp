#include "bridge/mcp/capabilities.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "bridge/jsonrpc/find_member.hpp"
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

struct member {
    std::string_view key;
    std::string_view value;

    const char* end() const { return value.data() + value.size(); }
};

std::vector<member> members_of(std::string_view object) {
    std::vector<member> out;
    jsonrpc::scanner in(object, jsonrpc::deepest_nesting);
    if (in.peek() != '{') return out;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        out.push_back({key, value});
        return true;
    });
    return out;
}

// Adds to `cuts` the parts to cut out of an object in order to remove those of its members for which `is_removed`. A part has the comma that belongs
// to its member.
template <class IsRemoved>
void add_cuts(const std::vector<member>& all, IsRemoved is_removed, std::vector<std::string_view>& cuts) {
    const char* kept_end = nullptr;  // where the text before this member may end; null before the first member that stays
    for (std::size_t i = 0; i < all.size(); ++i) {
        const char* end = all[i].end();
        if (!is_removed(all[i])) {
            kept_end = end;
            continue;
        }
        const char* const begin = kept_end != nullptr ? kept_end : all[i].key.data();
        if (kept_end == nullptr && i + 1 < all.size()) end = all[i + 1].key.data();
        cuts.emplace_back(begin, static_cast<std::size_t>(end - begin));
        if (kept_end != nullptr) kept_end = end;
    }
}

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
    std::ranges::sort(cuts, {}, [](std::string_view each) { return each.data(); });
    std::string out;
    out.reserve(result.size());
    const char* from = result.data();
    for (const std::string_view each : cuts) {
        out.append(from, each.data());
        from = each.data() + each.size();
    }
    return out.append(from, result.data() + result.size());
}

}  // namespace bridge::mcp
