#include "weather-stdio/server/tool_registry.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace stdio_server {
namespace {

tool make_tool(const char* name, const char* input_schema) {
    tool made;
    made.name = name;
    made.input_schema = input_schema;
    return made;
}

TEST(tool_registry, finds_tools_by_name) {
    tool_registry tools;
    tools.add(make_tool("a", R"({"type":"object"})"));
    EXPECT_NE(tools.find("a"), nullptr);
    EXPECT_EQ(tools.find("b"), nullptr);
}

TEST(tool_registry, refuses_what_can_only_be_a_mistake) {
    tool_registry tools;
    tools.add(make_tool("a", R"({"type":"object"})"));
    EXPECT_THROW(tools.add(make_tool("a", R"({"type":"object"})")), std::invalid_argument);
    for (const auto* schema : {"", "{", "[]", "{}", R"({"type":"string"})"}) {
        EXPECT_THROW(tools.add(make_tool("b", schema)), std::invalid_argument) << schema;
    }
}

TEST(tool_registry, leaves_out_what_a_tool_does_not_have) {
    tool_registry tools;
    tools.add(make_tool("a", R"({"type":"object"})"));
    const auto described = tools.describe(latest_legacy).at(0);
    EXPECT_FALSE(described.contains("title"));
    EXPECT_FALSE(described.contains("outputSchema"));
    EXPECT_EQ(described["annotations"], nlohmann::json::object());
}

}  // namespace
}  // namespace stdio_server
