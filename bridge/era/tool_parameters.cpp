#include "bridge/era/tool_parameters.hpp"

#include <algorithm>
#include <array>

#include "bridge/era/equal_numbers.hpp"
#include "bridge/era/sliced_elements.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

constexpr std::string_view annotation = "x-mcp-header";
constexpr std::array mirrored_types = {std::string_view("string"), std::string_view("integer"), std::string_view("boolean")};

constexpr std::size_t longest_name = 1024;

// An object within the arguments is read in one turn.
constexpr std::size_t longest_nested = 64 * 1024;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

// True if `name` can be a part of a header's name (RFC 9110, section 5.6.2).
bool is_token(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [marks](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.find(c) != std::string_view::npos;
    });
}

// True if the header value `given` stands for the raw argument `value`.
bool stands_for(const std::string& given, std::string_view value) {
    if (value.starts_with('"')) return jsonrpc::string_equals(value, given);
    return given == value || are_equal_numbers(given, value);
}

// True if the raw `schema` may have an annotation at any depth. Its name can be written with escapes.
bool may_be_annotated(std::string_view schema) {
    return schema.find(annotation) != std::string_view::npos || schema.find("\\u") != std::string_view::npos;
}

// Compares the raw name `key` of an argument with `name`, by the rule for guarded names if `name` is ASCII. In other names only the case of ASCII
// letters makes no difference.
jsonrpc::likeness compare_names(std::string_view key, std::string_view name) {
    using enum jsonrpc::likeness;
    constexpr std::size_t longest_escape = 6;
    const bool is_ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii) return jsonrpc::compare_folded(key, name);
    if (jsonrpc::string_equals(key, name)) return same;
    return key.size() <= longest_escape * name.size() + 2 && lower(jsonrpc::decode_string(key)) == lower(name) ? folds : different;
}

// Returns the raw value of the argument `name`, which is empty if there is none. Returns nothing if some servers could read another value under this
// name than the one that was compared with the header: a repeated one, or one whose name folds to it (jsonrpc/member_names.hpp).
std::optional<std::string_view> only_value_of(const std::vector<jsonrpc::member>& arguments, std::string_view name) {
    std::string_view found;
    for (const jsonrpc::member& each : arguments) {
        const jsonrpc::likeness likeness = compare_names(each.key, name);
        if (likeness == jsonrpc::likeness::different) continue;
        if (likeness == jsonrpc::likeness::folds || !found.empty()) return std::nullopt;
        found = each.value;
    }
    return found;
}

request_fault mismatch(const std::string& header, const std::string& reason) {
    return {.code = mcp::error_code::header_mismatch, .text = "Header mismatch: Mcp-Param-" + header + reason};
}

}  // namespace

// Collects the annotations of one schema.
class tool_parameters::schema_reading {
public:
    // A schema with an invalid annotation counts as one without any, because clients must not use such a tool.
    repeated_arguments read(std::string_view schema) {
        repeated_arguments out;
        return add(schema, 1, out) && !is_over_bound_ ? out : repeated_arguments();
    }

    // True if the schema has more annotations than are read.
    bool is_over_bound() const { return is_over_bound_; }

private:
    // Returns false if the schema is invalid, or is not read to its end.
    bool add(std::string_view schema, unsigned depth, repeated_arguments& out) {
        for (const jsonrpc::member& each : jsonrpc::members_of(jsonrpc::find_member(schema, "properties"))) {
            if (const std::string_view header = jsonrpc::find_member(each.value, annotation); !header.empty()) {
                if (!add_parameter(each, header, out)) return false;
            } else if (depth == deepest_parameter || each.key.size() > longest_name) {
                is_over_bound_ = is_over_bound_ || may_be_annotated(each.value);
            } else {
                nested_object inner;
                if (!add(each.value, depth + 1, inner.contents)) return false;
                if (inner.contents.empty()) continue;
                inner.argument = jsonrpc::decode_string(each.key);
                out.nested.push_back(std::move(inner));
            }
        }
        return true;
    }

    bool add_parameter(const jsonrpc::member& property, std::string_view header, repeated_arguments& out) {
        const std::string_view type = jsonrpc::find_member(property.value, "type");
        const bool has_type = type.starts_with('"') &&
                              std::ranges::any_of(mirrored_types, [type](std::string_view name) { return jsonrpc::string_equals(type, name); });
        is_over_bound_ = header.size() > longest_name || property.key.size() > longest_name || headers_.size() == most_parameters;
        if (is_over_bound_) return false;
        std::string name = header.starts_with('"') ? lower(jsonrpc::decode_string(header)) : std::string();
        const bool is_repeated = std::ranges::count(headers_, name) != 0;
        if (!has_type || !is_token(name) || is_repeated) return false;
        headers_.push_back(name);
        out.here.push_back({std::move(name), jsonrpc::decode_string(property.key)});
        return true;
    }

    std::vector<std::string> headers_;
    bool is_over_bound_ = false;
};

// Compares the headers of one call with its arguments.
class tool_parameters::comparison {
public:
    comparison(const jsonrpc::envelope& message, const std::vector<parameter_header>& headers) : message_(message), headers_(headers) {}

    // The fault of the arguments that are in the raw `object`, which may be no object.
    std::optional<request_fault> fault_in(std::string_view object, const repeated_arguments& repeated) const {
        const auto arguments = jsonrpc::few_members_of(message_, object);
        if (!arguments) {
            return request_fault{.text = "Invalid params: there are more than " + std::to_string(jsonrpc::most_members) +
                                         " arguments, and headers repeat some of them"};
        }
        for (const parameter& each : repeated.here) {
            if (auto fault = fault_of(each, *arguments)) return fault;
        }
        for (const nested_object& each : repeated.nested) {
            const std::optional<std::string_view> inner = only_value_of(*arguments, each.argument);
            if (!inner) return ambiguous(first_header(each.contents));
            if (inner->size() > longest_nested) {
                return request_fault{.text = "Invalid params: the argument " + each.argument + " has more than " + std::to_string(longest_nested) +
                                             " bytes, and headers repeat some of its members"};
            }
            if (auto fault = fault_in(*inner, each.contents)) return fault;
        }
        return std::nullopt;
    }

private:
    static request_fault ambiguous(const std::string& header) { return mismatch(header, ": its argument is there twice, or in a second spelling"); }

    static const std::string& first_header(const repeated_arguments& all) {
        return all.here.empty() ? first_header(all.nested.front().contents) : all.here.front().header;
    }

    std::optional<request_fault> fault_of(const parameter& repeated, const std::vector<jsonrpc::member>& arguments) const {
        const std::optional<std::string_view> value = only_value_of(arguments, repeated.argument);
        if (!value) return ambiguous(repeated.header);
        const bool has_value = !value->empty() && *value != "null";
        bool is_there = false;
        for (const parameter_header& given : headers_) {
            if (lower(given.name) != repeated.header) continue;
            if (!has_value) return mismatch(repeated.header, " repeats an argument that is not there");
            is_there = true;
            const std::optional<std::string> decoded = decode_header(given.value);
            if (!decoded) return mismatch(repeated.header, " is not valid Base64");
            if (!stands_for(*decoded, *value)) return mismatch(repeated.header, " differs from the body");
        }
        if (has_value && !is_there) return mismatch(repeated.header, " is missing");
        return std::nullopt;
    }

    const jsonrpc::envelope& message_;
    const std::vector<parameter_header>& headers_;
};

std::size_t tool_parameters::cost_of(const repeated_arguments& all) {
    std::size_t out = all.here.capacity() * sizeof(parameter) + all.nested.capacity() * sizeof(nested_object);
    for (const parameter& each : all.here) out += core::capacity_of(each.header) + core::capacity_of(each.argument);
    for (const nested_object& each : all.nested) out += core::capacity_of(each.argument) + cost_of(each.contents);
    return out;
}

std::size_t tool_parameters::cost_of(const std::string& name, const description& tool) {
    constexpr std::size_t node = 4 * sizeof(void*);
    return node + sizeof(std::string) + sizeof(description) + core::capacity_of(name) + cost_of(tool.parameters);
}

bool tool_parameters::has_room(std::size_t bytes) const {
    if (tools_.size() >= most_tools || bytes > most_bytes) return false;
    return bytes <= core::small_message_bytes ? !charge_.is_full() : charge_.may_grow_to(bytes);
}

void tool_parameters::add(std::string_view tool) {
    if (tool.size() > longest_element || tools_.size() >= most_tools) {
        ++left_out_;
        return;
    }
    const std::string_view raw_name = jsonrpc::find_member(tool, "name");
    if (!raw_name.starts_with('"')) return;
    if (raw_name.size() > longest_name) {
        ++left_out_;
        return;
    }
    const std::string_view support = jsonrpc::find_member(jsonrpc::find_member(tool, "execution"), "taskSupport");
    std::string name = jsonrpc::decode_string(raw_name);
    schema_reading reading;
    description made{.parameters = reading.read(jsonrpc::find_member(tool, "inputSchema")),
                     .needs_task = support.starts_with('"') && jsonrpc::string_equals(support, "required"),
                     .is_unchecked = reading.is_over_bound()};
    made.cost = cost_of(name, made);
    const auto before = tools_.find(name);
    const std::size_t bytes = charge_.bytes() + made.cost - (before == tools_.end() ? 0 : before->second.cost);
    if (!has_room(bytes)) {
        ++left_out_;
        return;
    }
    charge_.set(bytes);
    some_need_tasks_ = some_need_tasks_ || made.needs_task;
    some_repeat_arguments_ = some_repeat_arguments_ || made.is_unchecked || !made.parameters.empty();
    tools_.insert_or_assign(std::move(name), std::move(made));
}

std::size_t tool_parameters::unchecked() const {
    return static_cast<std::size_t>(std::ranges::count_if(tools_, [](const auto& each) { return each.second.is_unchecked; }));
}

void tool_parameters::forget() {
    tools_.clear();
    left_out_ = 0;
    some_need_tasks_ = false;
    some_repeat_arguments_ = false;
    charge_.set(0);
}

const tool_parameters::description* tool_parameters::find(std::string_view tool) const {
    if (!tool.starts_with('"') || tool.size() > longest_name) return nullptr;
    const std::string_view written = tool.substr(1, tool.size() - 2);
    const bool has_escapes = written.find('\\') != std::string_view::npos;
    const auto found = has_escapes ? tools_.find(jsonrpc::decode_string(tool)) : tools_.find(written);
    return found == tools_.end() ? nullptr : &found->second;
}

bool tool_parameters::needs_task(std::string_view tool) const {
    const description* const found = some_need_tasks_ ? find(tool) : nullptr;
    return found != nullptr && found->needs_task;
}

std::optional<request_fault> tool_parameters::fault_of(std::string_view tool, const jsonrpc::envelope& message, std::string_view arguments,
                                                       const std::vector<parameter_header>& headers) const {
    const description* const known = some_repeat_arguments_ ? find(tool) : nullptr;
    if (known != nullptr && known->is_unchecked && !headers.empty()) {
        return mismatch(std::string(headers.front().name), " cannot be compared with the body: the tool's schema has more than " +
                                                               std::to_string(most_parameters) + " such headers, or one deeper than " +
                                                               std::to_string(deepest_parameter) + " levels or with a name that is too long");
    }
    if (known == nullptr || known->parameters.empty()) return std::nullopt;
    return comparison(message, headers).fault_in(arguments, known->parameters);
}

}  // namespace bridge::era
