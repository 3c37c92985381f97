#include "bridge/jsonrpc/members.hpp"

#include <algorithm>

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

// Most objects of MCP have no more members.
constexpr std::size_t usual_members = 8;

void add(std::vector<member>& all, std::string_view key, std::string_view value) {
    if (all.empty()) all.reserve(usual_members);
    all.push_back({key, value});
}

}  // namespace

bool member::is(std::string_view name) const {
    return string_equals(key, name);
}

std::vector<member> members_of(std::string_view object) {
    std::vector<member> out;
    scanner in(object, deepest_nesting);
    if (in.peek() != '{') return out;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        add(out, key, value);
        return true;
    });
    return out;
}

std::optional<std::vector<member>> few_members_of(std::string_view object) {
    std::vector<member> out;
    scanner in(object, deepest_nesting);
    if (in.peek() != '{') return out;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        add(out, key, value);
        return out.size() <= most_members;
    });
    if (out.size() > most_members) return std::nullopt;
    return out;
}

std::string_view value_of(const std::vector<member>& all, std::string_view name) {
    std::string_view found;
    for (const member& each : all) {
        if (each.is(name)) found = each.value;
    }
    return found;
}

std::string without_cuts(std::string_view text, std::vector<std::string_view> cuts) {
    std::ranges::sort(cuts, {}, [](std::string_view each) { return each.data(); });
    std::string out;
    out.reserve(text.size());
    const char* from = text.data();
    for (const std::string_view each : cuts) {
        out.append(from, each.data());
        from = each.data() + each.size();
    }
    return out.append(from, text.data() + text.size());
}

}  // namespace bridge::jsonrpc
