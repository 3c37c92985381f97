#include "bridge/app/json_lines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge::app {
namespace {

constexpr std::string_view text = R"({
    // a comment with "options": { "path": 1 }
    "mcpServers": {
        "x": { "command": "a { b", /* and
               "another" */ "args": ["a",
                                     "b", {"c": 1}] } },
    "options": {
        "path": "/x", "a\tb": "\"", "host":
            "h",
        "empty": [],
        "last": 1
    } })";

TEST(json_lines, finds_members_and_elements) {
    EXPECT_EQ(line_of_member(text, "mcpServers"), 3U);
    EXPECT_EQ(line_of_member(text, "mcpServers.x.command"), 4U);
    EXPECT_EQ(line_of_member(text, "mcpServers.x.args"), 5U);
    EXPECT_EQ(line_of_member(text, "mcpServers.x.args[0]"), 5U);
    EXPECT_EQ(line_of_member(text, "mcpServers.x.args[1]"), 6U);
    EXPECT_EQ(line_of_member(text, "mcpServers.x.args[2].c"), 6U);
    EXPECT_EQ(line_of_member(text, "options.path"), 8U);
    EXPECT_EQ(line_of_member(text, "options.a\tb"), 8U);
    EXPECT_EQ(line_of_member(text, "options.host"), 8U);
    EXPECT_EQ(line_of_member(text, "options.last"), 11U);
}

TEST(json_lines, finds_nothing_that_is_not_there) {
    for (const char* path : {"", "path", "options.empty[0]", "options.last.x", "x", "mcpServers.x.args[3]"}) {
        EXPECT_EQ(line_of_member(text, path), 0U) << path;
    }
}

TEST(json_lines, means_the_last_of_repeated_members) {
    EXPECT_EQ(line_of_member("{\"a\":1,\n\"a\":2}", "a"), 2U);
}

TEST(json_lines, survives_what_is_no_json) {
    for (const char* wrong : {"", "{", "]", "}}}", "\"", "{\"a", "{\"a\\", "/*", "//", "/", ",,,", "[,", "{\"\\u00zz\":1}", "{\"a\":[[[{{{"}) {
        line_of_member(wrong, "a.b[1]");
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "{\"a\":[";
    EXPECT_EQ(line_of_member(deep, "b"), 0U);
}

}  // namespace
}  // namespace bridge::app
