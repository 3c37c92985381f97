#include "tests/support/schema_check.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace test_support {
namespace {

using nlohmann::json;

bool has_type(const json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    return type == "null" && value.is_null();
}

bool has_one_type(const json& value, const json& types) {
    if (types.is_string()) return has_type(value, types);
    for (const auto& type : types) {
        if (has_type(value, type)) return true;
    }
    return false;
}

std::string check_any_of(const json& value, const json& choices, const json& root, const std::string& place) {
    std::string all;
    for (const auto& choice : choices) {
        const auto mismatch = find_mismatch(value, choice, root, place);
        if (mismatch.empty()) return "";
        all += mismatch + " | ";
    }
    return all;
}

std::string check_members(const json& value, const json& schema, const json& root, const std::string& place) {
    if (!value.is_object()) return "";
    const auto properties = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
        std::string mismatch;
        if (properties.contains(name)) {
            mismatch = find_mismatch(member, properties[name], root, place + "." + name);
        } else if (schema.contains("additionalProperties")) {
            mismatch = find_mismatch(member, schema["additionalProperties"], root, place + "." + name);
        }
        if (!mismatch.empty()) return mismatch;
    }
    return "";
}

std::string check_keyword(const json& value, const std::string& keyword, const json& rule, const json& root, const std::string& place) {
    static const std::set<std::string> annotations = {
        "description", "title", "default", "format", "$schema", "$defs", "definitions", "properties", "additionalProperties"};
    const auto expect = [&](bool holds) { return holds ? "" : place + " breaks " + keyword + " " + rule.dump(); };
    if (annotations.contains(keyword)) return "";
    if (keyword == "$ref") return find_mismatch(value, root.at(json::json_pointer(rule.get<std::string>().substr(1))), root, place);
    if (keyword == "type") return expect(has_one_type(value, rule));
    if (keyword == "const") return expect(value == rule);
    if (keyword == "enum") return expect(std::find(rule.begin(), rule.end(), value) != rule.end());
    if (keyword == "minimum") return expect(!value.is_number() || value >= rule);
    if (keyword == "maximum") return expect(!value.is_number() || value <= rule);
    if (keyword == "anyOf") return check_any_of(value, rule, root, place);
    std::string mismatch;
    if (keyword == "required") {
        for (const auto& name : rule) {
            if (value.is_object() && !value.contains(name.get<std::string>())) mismatch += place + " lacks " + name.dump();
        }
    } else if (keyword == "allOf") {
        for (const auto& part : rule) mismatch += find_mismatch(value, part, root, place);
    } else if (keyword == "items") {
        for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
            mismatch += find_mismatch(value[i], rule, root, place + "[" + std::to_string(i) + "]");
        }
    } else {
        throw std::runtime_error("the schema check does not know the keyword " + keyword);
    }
    return mismatch;
}

const json& definition(const std::string& revision, const std::string& name) {
    const auto& schema = mcp_schema(revision);
    return schema.at(schema.contains("$defs") ? "$defs" : "definitions").at(name);
}

}  // namespace

std::string find_mismatch(const json& value, const json& schema, const json& root, const std::string& place) {
    if (schema.is_boolean()) return schema.get<bool>() ? "" : place + " must not be there";
    for (const auto& [keyword, rule] : schema.items()) {
        auto mismatch = check_keyword(value, keyword, rule, root, place);
        if (!mismatch.empty()) return mismatch;
    }
    return check_members(value, schema, root, place);
}

const json& mcp_schema(const std::string& revision) {
    static std::map<std::string, json> loaded;
    auto& schema = loaded[revision];
    if (schema.is_null()) {
        std::ifstream file(std::string(MCP_SCHEMA_FOLDER) + "/" + revision + ".json");
        schema = json::parse(file);
    }
    return schema;
}

std::string find_mcp_mismatch(const json& value, const std::string& revision, const std::string& name) {
    return find_mismatch(value, definition(revision, name), mcp_schema(revision));
}

std::string find_unknown_members(const json& value, const std::string& revision, const std::string& name) {
    std::string unknown;
    const auto& properties = definition(revision, name).at("properties");
    for (const auto& [member, ignored] : value.items()) {
        if (!properties.contains(member)) unknown += member + " ";
    }
    return unknown;
}

}  // namespace test_support
