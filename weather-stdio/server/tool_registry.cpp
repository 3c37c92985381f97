#include "weather-stdio/server/tool_registry.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace stdio_server {

struct tool_registry::entry {
    tool definition;
    nlohmann::json input_schema;
    nlohmann::json output_schema;  // null for none
};

namespace {

nlohmann::json read_schema(const std::string& text, const std::string& tool_name) {
    auto schema = nlohmann::json::parse(text, nullptr, false);
    if (!schema.is_object() || schema.value("type", "") != "object") {
        throw std::invalid_argument("tool " + tool_name + ": a schema must be an object of type object");
    }
    return schema;
}

nlohmann::json describe_annotations(const tool& described) {
    auto annotations = nlohmann::json::object();
    const auto put = [&](const char* name, const std::optional<bool>& hint) {
        if (hint) annotations[name] = *hint;
    };
    if (!described.title.empty()) annotations["title"] = described.title;
    put("readOnlyHint", described.annotations.read_only);
    put("destructiveHint", described.annotations.destructive);
    put("idempotentHint", described.annotations.idempotent);
    put("openWorldHint", described.annotations.open_world);
    return annotations;
}

}  // namespace

tool_registry::tool_registry() = default;
tool_registry::~tool_registry() = default;
tool_registry::tool_registry(tool_registry&&) noexcept = default;
tool_registry& tool_registry::operator=(tool_registry&&) noexcept = default;

void tool_registry::add(tool added) {
    if (find(added.name) != nullptr) throw std::invalid_argument("tool " + added.name + " exists already");
    auto made = std::make_unique<entry>();
    made->input_schema = read_schema(added.input_schema, added.name);
    if (!added.output_schema.empty()) made->output_schema = read_schema(added.output_schema, added.name);
    made->definition = std::move(added);
    entries_.push_back(std::move(made));
}

const tool* tool_registry::find(std::string_view name) const noexcept {
    for (const auto& known : entries_) {
        if (known->definition.name == name) return &known->definition;
    }
    return nullptr;
}

nlohmann::json tool_registry::describe(revision r) const {
    auto tools = nlohmann::json::array();
    for (const auto& known : entries_) {
        nlohmann::json described;
        described["name"] = known->definition.name;
        described["description"] = known->definition.description;
        described["inputSchema"] = known->input_schema;
        if (has_tool_annotations(r)) described["annotations"] = describe_annotations(known->definition);
        if (has_structured_output(r)) {
            if (!known->definition.title.empty()) described["title"] = known->definition.title;
            if (!known->output_schema.is_null()) described["outputSchema"] = known->output_schema;
        }
        tools.push_back(std::move(described));
    }
    return tools;
}

}  // namespace stdio_server
