#include "bridge/era/completed_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

using jsonrpc::member;
using jsonrpc::string_equals;

constexpr std::array cacheable = {std::string_view("tools/list"), std::string_view("prompts/list"), std::string_view("resources/list"),
                                  std::string_view("resources/templates/list"), std::string_view("resources/read")};

// A member that a result must have.
struct required_member {
    std::string_view key;
    std::string_view value;              // raw, where the server has given none that is valid
    bool (*is_valid)(std::string_view);  // null: no value of the server counts
};

bool is_duration(std::string_view raw) {
    return !raw.empty() && raw.size() <= 15 && std::ranges::all_of(raw, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_scope(std::string_view raw) {
    return raw.starts_with('"') && (string_equals(raw, "private") || string_equals(raw, "public"));
}

constexpr std::array required = {required_member{"resultType", R"("complete")", nullptr}, required_member{"ttlMs", "0", is_duration},
                                 required_member{"cacheScope", R"("private")", is_scope}};

// The part of the text that stands where the contents of the answer are.
std::string_view contents_of(const std::string& text, std::size_t size) {
    return std::string_view(text).substr(text.size() - jsonrpc::answer_tail.size() - size, size);
}

// The last member of that name, which counts in JavaScript and Python; null if there is none.
const member* find(const std::vector<member>& all, std::string_view key) {
    const auto found = std::find_if(all.rbegin(), all.rend(), [key](const member& each) { return string_equals(each.key, key); });
    return found == all.rend() ? nullptr : &*found;
}

struct edit {
    std::size_t at;
    std::size_t length;
    std::string replacement;
};

std::string server_member(std::string_view server_info) {
    std::string out;
    jsonrpc::append_string(out, mcp::meta_key::server_info);
    out += ':';
    out += server_info;
    return out;
}

void apply(std::string& text, std::vector<edit> edits) {
    std::ranges::sort(edits, std::ranges::greater(), &edit::at);
    for (const edit& each : edits) text.replace(each.at, each.length, each.replacement);
}

// Adds `added`, which begins with a comma, behind the last member of the object at the end of the text.
void append_members(std::string& text, std::string_view added, bool is_empty) {
    text.resize(text.size() - jsonrpc::answer_tail.size() - 1);
    text += is_empty ? added.substr(1) : added;
    text += '}';
    text += jsonrpc::answer_tail;
}

}  // namespace

bool has_cacheable_result(std::string_view method) {
    return std::ranges::any_of(cacheable, [method](std::string_view each) { return string_equals(method, each); });
}

void complete_result(std::string& text, std::size_t size, const completion& wanted) {
    const std::string_view result = contents_of(text, size);
    if (!result.starts_with('{')) return;
    // A result with so many members is no result of MCP, and passes as it is.
    const std::optional<std::vector<member>> all = jsonrpc::few_members_of(result);
    if (!all) return;
    const std::vector<member>& members = *all;
    const auto position = [&text](const char* place) { return static_cast<std::size_t>(place - text.data()); };
    std::vector<edit> edits;
    std::string added;
    for (const required_member& each : std::span(required).first(wanted.is_cacheable ? required.size() : 1)) {
        if (find(members, each.key) == nullptr) added += ",\"" + std::string(each.key) + "\":" + std::string(each.value);
        for (const member& given : members) {
            const bool is_valid = each.is_valid != nullptr && each.is_valid(given.value);
            if (is_valid || !string_equals(given.key, each.key)) continue;
            edits.push_back({position(given.value.data()), given.value.size(), std::string(each.value)});
        }
    }
    const member* const meta = find(members, "_meta");
    if (!wanted.server_info.empty() && meta == nullptr) {
        added += R"(,"_meta":{)" + server_member(wanted.server_info) + '}';
    } else if (!wanted.server_info.empty() && meta->value.starts_with('{')) {
        const std::optional<std::vector<member>> inside = jsonrpc::few_members_of(meta->value);
        const bool lacks_info = inside && find(*inside, mcp::meta_key::server_info) == nullptr;
        if (lacks_info) edits.push_back({position(meta->value.data()) + 1, 0, server_member(wanted.server_info) + (inside->empty() ? "" : ",")});
    }
    const bool is_empty = members.empty();
    apply(text, std::move(edits));
    if (!added.empty()) append_members(text, added, is_empty);
}

void complete_error(std::string& text, std::size_t size) {
    const std::vector<member> members = jsonrpc::few_members_of(contents_of(text, size)).value_or(std::vector<member>());
    const member* const given = find(members, "code");
    int code = 0;
    if (given == nullptr || std::from_chars(given->value.data(), given->end(), code).ec != std::errc()) return;
    const bool is_reserved = code <= -32020 && code >= -32099;
    if (!is_reserved && code != mcp::error_code::resource_not_found) return;
    const int replacement = is_reserved ? jsonrpc::error_code::internal_error : jsonrpc::error_code::invalid_params;
    const bool has_data = find(members, "data") != nullptr;
    const auto at = static_cast<std::size_t>(given->value.data() - text.data());
    text.replace(at, given->value.size(), std::to_string(replacement));
    if (is_reserved && !has_data) append_members(text, R"(,"data":{"originalCode":)" + std::to_string(code) + '}', false);
}

}  // namespace bridge::era
