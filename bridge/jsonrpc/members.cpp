#include "bridge/jsonrpc/members.hpp"

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

// Most objects of MCP have no more members.
constexpr std::size_t usual_members = 8;

// Collects members up to a bound.
class bounded_members {
public:
    void add(std::string_view key, std::string_view value) {
        if (all_.size() > most_members) return;
        if (all_.empty()) all_.reserve(usual_members);
        all_.push_back({key, value});
    }

    bool has_too_many() const { return all_.size() > most_members; }

    std::optional<std::vector<member>> take() {
        if (has_too_many()) return std::nullopt;
        return std::move(all_);
    }

private:
    std::vector<member> all_;
};

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
        if (out.empty()) out.reserve(usual_members);
        out.push_back({key, value});
        return true;
    });
    return out;
}

std::optional<std::vector<member>> few_members_of(std::string_view object) {
    bounded_members out;
    scanner in(object, deepest_nesting);
    if (in.peek() != '{') return out.take();
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        out.add(key, value);
        return !out.has_too_many();
    });
    return out.take();
}

nested_members few_members_of(std::string_view object, std::string_view inner) {
    bounded_members outer_members;
    bounded_members inner_members;
    scanner in(object, deepest_nesting);
    const auto add = [&in](bounded_members& list, std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        list.add(key, value);
        return true;
    };
    if (in.peek() != '{') return {outer_members.take(), inner_members.take()};
    in.object([&](std::string_view key) {
        const bool is_inner = in.peek() == '{' && object.data() + in.offset() == inner.data();
        if (!is_inner) return add(outer_members, key);
        outer_members.add(key, inner);
        return in.object([&](std::string_view name) { return add(inner_members, name); });
    });
    return {outer_members.take(), inner_members.take()};
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
