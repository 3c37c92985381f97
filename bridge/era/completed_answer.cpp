#include "bridge/era/completed_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
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

// Finds in `text` what stands at a place of the contents of `answer`.
class place_in_text {
public:
    place_in_text(const std::string& text, const jsonrpc::envelope& answer)
        : from_(answer.contents().data()), begin_(text.size() - jsonrpc::answer_tail.size() - answer.contents().size()) {}

    std::size_t operator()(const char* place) const { return begin_ + static_cast<std::size_t>(place - from_); }

private:
    const char* from_;
    std::size_t begin_;
};

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

// Makes the edits that shorten the text from its beginning to its end, and then the others from its end to its beginning: so the rest of a long text
// moves twice at most, however many edits there are.
void apply(std::string& text, std::vector<edit> edits) {
    std::ranges::sort(edits, {}, &edit::at);
    std::size_t read = 0;
    std::size_t written = 0;
    const auto keep_until = [&](std::size_t end) {
        if (written != read) std::memmove(text.data() + written, text.data() + read, end - read);
        written += end - read;
        read = end;
    };
    std::size_t growth = 0;
    for (edit& each : edits) {
        keep_until(each.at);
        const std::size_t kept = std::min(each.length, each.replacement.size());
        read += each.length - kept;
        each.at = written;
        each.length = kept;
        growth += each.replacement.size() - kept;
        keep_until(read + kept);
    }
    keep_until(text.size());
    text.resize(written + growth);
    std::size_t end = written;
    std::size_t to = text.size();
    for (auto each = edits.rbegin(); each != edits.rend(); ++each) {
        const std::size_t behind = each->at + each->length;
        to -= end - behind;
        if (to != behind) std::memmove(text.data() + to, text.data() + behind, end - behind);
        to -= each->replacement.size();
        each->replacement.copy(text.data() + to, each->replacement.size());
        end = each->at;
    }
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

void complete_result(std::string& text, const jsonrpc::envelope& answer, const completion& wanted) {
    if (!answer.result.starts_with('{')) return;
    // A result with so many members is no result of MCP, and passes as it is.
    const std::optional<std::vector<member>> all = jsonrpc::few_members_of(answer, answer.result);
    if (!all) return;
    const std::vector<member>& members = *all;
    const place_in_text position(text, answer);
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
        const std::optional<std::vector<member>> inside = jsonrpc::few_members_of(answer, meta->value);
        const bool lacks_info = inside && find(*inside, mcp::meta_key::server_info) == nullptr;
        if (lacks_info) edits.push_back({position(meta->value.data()) + 1, 0, server_member(wanted.server_info) + (inside->empty() ? "" : ",")});
    }
    const bool is_empty = members.empty();
    apply(text, std::move(edits));
    if (!added.empty()) append_members(text, added, is_empty);
}

void add_result_type(std::string& text, const jsonrpc::envelope& answer) {
    if (!answer.result.starts_with('{')) return;
    // A long result without a list was made of the server's questions, and has its type. Nothing searches it.
    if (!answer.known && answer.result.size() > jsonrpc::slice_bytes) return;
    const bool has_type = answer.known ? !jsonrpc::find_member(answer, answer.result, "resultType").empty()
                                       : answer.result.find(R"(resultType")") != std::string_view::npos;
    if (has_type) return;
    const std::optional<std::vector<member>> members = jsonrpc::few_members_of(answer, answer.result);
    if (members && find(*members, "resultType") == nullptr) append_members(text, R"(,"resultType":"complete")", members->empty());
}

void complete_error(std::string& text, const jsonrpc::envelope& answer) {
    const std::vector<member> members = jsonrpc::few_members_of(answer, answer.error).value_or(std::vector<member>());
    const member* const given = find(members, "code");
    int code = 0;
    if (given == nullptr || std::from_chars(given->value.data(), given->end(), code).ec != std::errc()) return;
    const bool is_reserved = code <= -32020 && code >= -32099;
    if (!is_reserved && code != mcp::error_code::resource_not_found) return;
    const int replacement = is_reserved ? jsonrpc::error_code::internal_error : jsonrpc::error_code::invalid_params;
    const bool has_data = find(members, "data") != nullptr;
    const std::size_t at = place_in_text(text, answer)(given->value.data());
    text.replace(at, given->value.size(), std::to_string(replacement));
    if (is_reserved && !has_data) append_members(text, R"(,"data":{"originalCode":)" + std::to_string(code) + '}', false);
}

}  // namespace bridge::era
