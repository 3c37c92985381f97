#include "bridge/mcp/capabilities.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bridge/mcp/names.hpp"

namespace bridge::mcp {
namespace {

std::string raw(std::string_view method) {
    return '"' + std::string(method) + '"';
}

TEST(ServerCapabilities, LoseTheListOfTasksAndNothingElse) {
    constexpr server_capability list[] = {{.name = "tasks", .part = "list"}};
    const std::pair<const char*, const char*> cases[] = {
        {R"({"capabilities":{"tasks":{"list":{},"cancel":{}}}})", R"({"capabilities":{"tasks":{"cancel":{}}}})"},
        {R"({"capabilities":{"tasks":{"cancel":{} , "list" : { } }}})", R"({"capabilities":{"tasks":{"cancel":{} }}})"},
        {R"({"capabilities":{"tasks":{ "a":1, "l\u0069st":{"x":[1]}, "b":1.0 }},"x":1e0})",
         R"({"capabilities":{"tasks":{ "a":1, "b":1.0 }},"x":1e0})"},
        {R"({"capabilities":{"tasks":{"list":{}}}})", R"({"capabilities":{"tasks":{}}})"},
    };
    for (const auto& [before, after] : cases) EXPECT_EQ(without_capabilities(before, list), after);
    for (const char* other : {R"({"capabilities":{"tasks":{"requests":{"list":{}}}}})", R"({"capabilities":{"list":{}}})", "{}",
                              R"({"capabilities":1})", R"({"tasks":{"list":{}}})", R"({"capabilities":{"tasks":[{"list":1}]}})"}) {
        EXPECT_EQ(without_capabilities(other, list), other);
    }
}

TEST(ServerCapabilities, LoseSeveralOfThem) {
    constexpr server_capability several[] = {
        {.name = "tasks"}, {.name = "resources", .part = "subscribe"}, {.name = "resources", .part = "listChanged"}, {.name = "logging"}};
    const std::pair<const char*, const char*> cases[] = {
        {R"({"capabilities":{"tasks":{"list":{}},"resources":{"subscribe":true , "listChanged":true},"x":1.0,"logging":{}},"y":"\u00e9"})",
         R"({"capabilities":{"resources":{},"x":1.0},"y":"\u00e9"})"},
        {R"({"capabilities":{"a":{}, "logging":{} , "tasks":{} }})", R"({"capabilities":{"a":{} }})"},
        {R"({"capabilities":{ "logging":{} , "tasks":{} }})", R"({"capabilities":{  }})"},
        {R"({"capabilities":{"logging":{},"a":1,"tasks":{},"b":2,"logging":{}}})", R"({"capabilities":{"a":1,"b":2}})"},
        {R"({"capabilities":{"resources":{"subscribe":true,"x":{},"listChanged":false,"listChanged":true}}})",
         R"({"capabilities":{"resources":{"x":{}}}})"},
    };
    for (const auto& [before, after] : cases) EXPECT_EQ(without_capabilities(before, several), after);
    EXPECT_EQ(without_capabilities(cases[0].first, {}), cases[0].first);
}

TEST(ClientCapabilities, AllowTheRequestsThatNeedThem) {
    const std::pair<const char*, std::vector<std::string_view>> cases[] = {
        {"{}", {}},
        {R"({"sampling":{}})", {method::sampling}},
        {R"({"elicitation":{"form":{}},"roots":{"listChanged":true}})", {method::elicitation, method::roots}},
        {R"({"tasks":{}})", {}},
        {R"({"tasks":{"list":{},"cancel":{}}})", {method::tasks_list, method::tasks_cancel}},
        {R"({"tasks":{"requests":{"sampling":{"createMessage":{}}}}})", {method::tasks_get, method::tasks_result}},
        {R"({"tasks":{"list":true,"cancel":null,"requests":[]},"sampling":1})", {}},
    };
    for (const auto& [declared, allowed] : cases) {
        const auto of_client = client_capabilities::read(R"({"capabilities":)" + std::string(declared) + "}");
        for (const std::string_view each : {method::sampling, method::elicitation, method::roots, method::tasks_get, method::tasks_result,
                                            method::tasks_list, method::tasks_cancel}) {
            EXPECT_EQ(of_client.allow(raw(each)), std::ranges::find(allowed, each) != allowed.end()) << declared << each;
        }
        EXPECT_FALSE(!of_client.tasks_list && of_client.allow(R"("tasks\/l\u0069st")")) << declared;
        EXPECT_TRUE(of_client.allow(R"("x_vendor/ask")")) << declared;
        EXPECT_TRUE(of_client.allow(R"("tasks/update")")) << "no revision that the bridge knows says what it needs";
    }
}

}  // namespace
}  // namespace bridge::mcp
