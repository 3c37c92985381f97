#include "bridge/session/older_content.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::session {
namespace {

using jsonrpc::member;

// A longer result is not searched.
constexpr std::size_t longest_result = 1024 * 1024;

constexpr mcp::revision first_with_audio = mcp::revision::r2025_03_26;
constexpr mcp::revision first_with_links = mcp::revision::r2025_06_18;

// The members that content of every revision may have.
constexpr std::string_view annotations = "annotations";

struct edit {
    std::string_view target;
    std::string replacement;
};

bool is_string(std::string_view raw, std::string_view value) {
    return raw.starts_with('"') && jsonrpc::string_equals(raw, value);
}

// The raw contents of the string `name`, without its quotes; empty if there is none.
std::string_view contents_of(const std::vector<member>& block, std::string_view name) {
    const std::string_view raw = jsonrpc::value_of(block, name);
    return raw.size() > 2 && raw.starts_with('"') ? raw.substr(1, raw.size() - 2) : std::string_view();
}

void append_end(std::string& out, const std::vector<member>& block) {
    const std::string_view notes = jsonrpc::value_of(block, annotations);
    if (notes.starts_with('{')) {
        out += R"(,"annotations":)";
        out += notes;
    }
    out += '}';
}

std::string text_for_link(const std::vector<member>& block) {
    const std::string_view title = contents_of(block, "title");
    std::string out = R"({"type":"text","text":")";
    out += title.empty() ? contents_of(block, "name") : title;
    out += ": ";
    out += contents_of(block, "uri");
    for (const char* const more : {"mimeType", "description"}) {
        const std::string_view value = contents_of(block, more);
        if (value.empty()) continue;
        out += R"(\n)";
        out += value;
    }
    out += '"';
    append_end(out, block);
    return out;
}

// The revision 2024-11-05 has bytes of any kind in resources. A resource must have a URI.
std::string resource_for_audio(const std::vector<member>& block) {
    std::string out = R"({"type":"resource","resource":{"uri":"urn:mcp-bridge:audio","mimeType":)";
    out += jsonrpc::value_of(block, "mimeType");
    out += R"(,"blob":)";
    out += jsonrpc::value_of(block, "data");
    out += '}';
    append_end(out, block);
    return out;
}

// The blocks of content that the older revision does not have, and their replacements.
class replacements {
public:
    explicit replacements(mcp::revision spoken) : spoken_(spoken) {}

    void review(std::string_view block) {
        const auto members = jsonrpc::few_members_of(block);
        if (!members) return;
        const std::string_view type = jsonrpc::value_of(*members, "type");
        if (spoken_ < first_with_links && is_string(type, "resource_link")) {
            found_.push_back({block, text_for_link(*members)});
        } else if (spoken_ < first_with_audio && is_string(type, "audio") && jsonrpc::value_of(*members, "data").starts_with('"') &&
                   jsonrpc::value_of(*members, "mimeType").starts_with('"')) {
            found_.push_back({block, resource_for_audio(*members)});
        }
    }

    // Calls `visit` with each element of the raw `array`.
    template <class Visit>
    static void for_each(std::string_view array, Visit&& visit) {
        jsonrpc::scanner in(array, jsonrpc::deepest_nesting);
        if (in.peek() != '[') return;
        in.array([&] {
            std::string_view element;
            if (!in.value(element)) return false;
            visit(element);
            return true;
        });
    }

    std::optional<std::string> apply(std::string_view result) const {
        if (found_.empty()) return std::nullopt;
        std::string out;
        out.reserve(result.size());
        const char* from = result.data();
        for (const edit& each : found_) {
            out.append(from, each.target.data());
            out += each.replacement;
            from = each.target.data() + each.target.size();
        }
        out.append(from, result.data() + result.size());
        return out;
    }

private:
    mcp::revision spoken_;
    std::vector<edit> found_;  // in the order of the text
};

// Most results have no such content, and are not walked. No program escapes these letters.
bool may_be_newer(std::string_view result) {
    constexpr std::array types = {std::string_view("resource_link"), std::string_view("audio")};
    return std::ranges::any_of(types, [result](std::string_view each) { return result.find(each) != std::string_view::npos; });
}

}  // namespace

bool may_have_newer_content(mcp::request_kind kind, mcp::revision spoken) {
    return spoken < first_with_links && (kind == mcp::request_kind::tools_call || kind == mcp::request_kind::prompts_get);
}

std::optional<std::string> older_result(const jsonrpc::envelope& answer, mcp::request_kind kind, mcp::revision spoken) {
    if (answer.result.size() > longest_result || !may_be_newer(answer.result)) return std::nullopt;
    replacements found(spoken);
    if (kind == mcp::request_kind::tools_call) {
        found.for_each(jsonrpc::find_member(answer, answer.result, "content"), [&](std::string_view block) { found.review(block); });
    } else {
        found.for_each(jsonrpc::find_member(answer, answer.result, "messages"), [&](std::string_view message) {
            const std::string_view block = jsonrpc::find_member(message, "content");
            if (block.starts_with('{')) found.review(block);
        });
    }
    return found.apply(answer.result);
}

}  // namespace bridge::session
