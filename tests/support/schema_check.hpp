// A check against JSON Schema, as far as MCP's schemas and our tools' schemas use it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace test_support {

/// What in `value` does not match `schema`, with its place; empty if all does. Knows $ref within `root`,
/// type, const, enum, required, properties, additionalProperties, items, minimum, maximum, anyOf and allOf;
/// ignores descriptions and formats. Throws `std::runtime_error` for a keyword that it does not know, so that
/// no check is silently skipped.
std::string find_mismatch(const nlohmann::json& value, const nlohmann::json& schema, const nlohmann::json& root, const std::string& place = "$");

/// MCP's schema of that revision.
const nlohmann::json& mcp_schema(const std::string& revision);

/// Checks `value` against the definition `name` of MCP's schema of that revision.
std::string find_mcp_mismatch(const nlohmann::json& value, const std::string& revision, const std::string& name);

/// The members of `value` that the definition `name` does not list: what does not belong to that revision.
std::string find_unknown_members(const nlohmann::json& value, const std::string& revision, const std::string& name);

}  // namespace test_support
