#include "bridge/mcp/capabilities.hpp"

#include <gtest/gtest.h>

namespace bridge::mcp {
namespace {

TEST(Capabilities, LoseTheListOfTasksAndNothingElse) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"capabilities":{"tasks":{"list":{},"cancel":{}}}})", R"({"capabilities":{"tasks":{"cancel":{}}}})"},
        {R"({"capabilities":{"tasks":{"cancel":{} , "list" : { } }}})", R"({"capabilities":{"tasks":{"cancel":{} }}})"},
        {R"({"capabilities":{"tasks":{ "a":1, "l\u0069st":{"x":[1]}, "b":1.0 }},"x":1e0})",
         R"({"capabilities":{"tasks":{ "a":1, "b":1.0 }},"x":1e0})"},
        {R"({"capabilities":{"tasks":{"list":{}}}})", R"({"capabilities":{"tasks":{}}})"},
    };
    for (const auto& [before, after] : cases) EXPECT_EQ(without_task_list(before), after);
    for (const char* other : {R"({"capabilities":{"tasks":{"requests":{"list":{}}}}})", R"({"capabilities":{"list":{}}})", "{}",
                              R"({"capabilities":1})", R"({"tasks":{"list":{}}})", R"({"capabilities":{"tasks":[{"list":1}]}})"}) {
        EXPECT_EQ(without_task_list(other), other);
    }
}

}  // namespace
}  // namespace bridge::mcp
