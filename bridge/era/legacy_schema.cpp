#include "bridge/era/legacy_schema.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "bridge/era/sliced_elements.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::era {
namespace {

constexpr std::string_view result_pointer = "/properties/result";

// Tools beyond these are taken for tools with objects. No model can choose among so many.
constexpr std::size_t most_tools = 1000;
constexpr std::size_t longest_name = 1024;

// Finds the references of a schema to its own root. A schema with an identifier of its own is the root of the references in it, and values are data.
class reference_finder {
public:
    explicit reference_finder(std::string_view schema) : in_(schema, jsonrpc::deepest_nesting) { visit(); }

    /// Each points behind the `#` of a reference.
    const std::vector<const char*>& found() const { return found_; }

private:
    static bool is_data(std::string_view key) {
        return std::ranges::any_of(std::array<std::string_view, 4>{"const", "enum", "default", "examples"},
                                   [key](std::string_view name) { return jsonrpc::string_equals(key, name); });
    }

    bool visit() {
        const char next = in_.peek();
        if (next == '[') return in_.array([this] { return visit(); });
        if (next != '{') return in_.value();
        const std::size_t before = found_.size();
        bool is_root = false;
        const bool is_valid = in_.object([&](std::string_view key) {
            if (is_data(key)) return in_.value();
            if (in_.peek() != '"') return visit();
            std::string_view text;
            if (!in_.value(text)) return false;
            const bool is_reference = jsonrpc::string_equals(key, "$ref") || jsonrpc::string_equals(key, "$dynamicRef");
            // A `#` that a name follows is an anchor, which stays where it is.
            if (is_reference && text.size() > 2 && text[1] == '#' && (text[2] == '/' || text[2] == '"')) found_.push_back(text.data() + 2);
            is_root = is_root || jsonrpc::string_equals(key, "$id");
            return true;
        });
        if (is_root) found_.resize(before);
        return is_valid;
    }

    jsonrpc::scanner in_;
    std::vector<const char*> found_;
};

std::string wrapped_schema(std::string_view schema) {
    std::string out = R"({"type":"object","properties":{"result":)";
    const reference_finder references(schema);
    const char* from = schema.data();
    for (const char* each : references.found()) {
        out.append(from, each);
        out += result_pointer;
        from = each;
    }
    out.append(from, schema.data() + schema.size());
    return out += R"(},"required":["result"]})";
}

bool describes_object(std::string_view schema) {
    const std::string_view type = jsonrpc::value_of(jsonrpc::members_of(schema), "type");
    return type.starts_with('"') && jsonrpc::string_equals(type, "object");
}

// Wraps the output schema of `tool`, a part of the list `tools`, if it describes no object.
void change_tool(changed_tools& tools, std::string_view tool, wrapped_tools& wrapped) {
    if (tool.size() > longest_element) return;
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(tool);
    const std::string_view schema = jsonrpc::value_of(members, "outputSchema");
    const bool is_wrapped = schema.starts_with('{') && !describes_object(schema);
    wrapped.record(jsonrpc::value_of(members, "name"), is_wrapped);
    if (is_wrapped) tools.replace(schema, wrapped_schema(schema));
}

// A longer text between two changes is not copied.
constexpr std::size_t longest_copied = 4 * 1024;

// The memory of one part; it grows by one change more.
constexpr std::size_t part_bytes = 256 * 1024;

}  // namespace

std::string& changed_tools::changed() {
    const bool is_over = parts_.empty() || !parts_.back().kept.empty() || parts_.back().changed.size() > part_bytes;
    if (is_over) parts_.emplace_back();
    return parts_.back().changed;
}

void changed_tools::replace(std::string_view target, std::string_view replacement) {
    const std::string_view before(from_, static_cast<std::size_t>(target.data() - from_));
    if (before.size() > longest_copied) {
        changed();
        parts_.back().kept = before;
    } else {
        changed() += before;
    }
    changed() += replacement;
    from_ = target.data() + target.size();
}

std::vector<std::string_view> changed_tools::pieces() const {
    std::vector<std::string_view> out;
    for (const part& each : parts_) {
        out.emplace_back(each.changed);
        out.push_back(each.kept);
    }
    out.emplace_back(from_, static_cast<std::size_t>(end_ - from_));
    std::erase_if(out, [](std::string_view each) { return each.empty(); });
    return out;
}

void wrapped_tools::record(std::string_view name, bool is_wrapped) {
    if (!name.starts_with('"') || name.size() > longest_name) return;
    if (!is_wrapped) {
        if (!names_.empty()) names_.erase(jsonrpc::decode_string(name));
    } else if (names_.size() < most_tools) {
        names_.insert(jsonrpc::decode_string(name));
    }
}

bool wrapped_tools::has(std::string_view name) const {
    return !names_.empty() && name.starts_with('"') && name.size() <= longest_name && names_.contains(jsonrpc::decode_string(name));
}

std::string legacy_tools(std::string_view tools, wrapped_tools& wrapped) {
    changed_tools list(tools);
    jsonrpc::scanner in(tools, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return std::string(tools);
    in.array([&] {
        std::string_view tool;
        if (!in.value(tool)) return false;
        change_tool(list, tool, wrapped);
        return true;
    });
    std::string out;
    for (const std::string_view piece : list.pieces()) out += piece;
    return out;
}

core::task<changed_tools> legacy_tools_in_slices(core::executor executor, std::string_view tools, std::shared_ptr<wrapped_tools> wrapped) {
    changed_tools list(tools);
    std::function<void(std::string_view)> change = [&list, &wrapped](std::string_view tool) { change_tool(list, tool, *wrapped); };
    co_await visit_in_slices(executor, tools, std::move(change));
    co_return list;
}

std::string legacy_content(std::string_view content, bool is_wrapped) {
    if (content.starts_with('{') && !is_wrapped) return std::string(content);
    return R"({"result":)" + std::string(content) + '}';
}

}  // namespace bridge::era
