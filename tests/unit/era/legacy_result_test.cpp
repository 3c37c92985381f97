#include "bridge/era/legacy_result.hpp"

#include <gtest/gtest.h>

namespace bridge::era {
namespace {

std::string shown(std::string_view result, legacy_method method = legacy_method::forwarded) {
    wrapped_tools wrapped;
    return legacy_result({}, jsonrpc::members_of(result), method, R"("t")", wrapped);
}

TEST(LegacyResult, has_no_members_of_the_modern_era) {
    EXPECT_EQ(shown(R"({"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{}}})"), "{}");
    EXPECT_EQ(shown(R"({ "a" : [1.0 ,2],"result\u0054ype":"complete","_meta":{"v":1e2 ,"io.modelcontextprotocol\/serverInfo":{}}})"),
              R"({"a" : [1.0 ,2],"_meta":{"v":1e2}})");
}

TEST(LegacyResult, is_the_same_if_it_is_made_of_pieces) {
    wrapped_tools wrapped;
    for (const std::string result :
         {R"({})", R"({"resultType":"complete"})",
          R"({ "a" : [1.0 ,2],"resultType":"complete","_meta":{"v":1e2 ,"io.modelcontextprotocol/serverInfo":{}}})",
          R"({"_meta": { "v" : 1 } , "b":2 , "ttlMs":5,"cacheScope":"x" })", R"({"structuredContent":{"a":1},"resultType":"complete"})",
          R"({"structuredContent":[1.0] ,"resultType":"complete"})"}) {
        for (const auto method : {legacy_method::forwarded, legacy_method::cached, legacy_method::calls_tool, legacy_method::may_ask}) {
            const std::string text = "head" + result + "tail";
            const auto members = jsonrpc::members_of(std::string_view(text).substr(4, result.size()));
            const auto pieces = legacy_pieces({}, members, method, R"("t")", wrapped);
            std::string made;
            for (const std::string_view each : pieces) made += each;
            EXPECT_EQ(made, legacy_result({}, members, method, R"("t")", wrapped));
            EXPECT_EQ(fit_in_place(pieces, text, 4, 4), !result.starts_with(R"({"structuredContent":[)") || method != legacy_method::calls_tool);
        }
    }
}

TEST(LegacyResult, has_no_hints_for_caches) {
    EXPECT_EQ(shown(R"({"resources":[],"ttlMs":0,"cacheScope":"public"})", legacy_method::cached), R"({"resources":[]})");
    // Of other results they are the server's own members.
    EXPECT_EQ(shown(R"({"ttlMs":0})", legacy_method::calls_tool), R"({"ttlMs":0})");
}

TEST(LegacyResult, says_what_kind_it_is) {
    EXPECT_EQ(kind_of(jsonrpc::members_of("{}")), result_kind::complete);
    EXPECT_EQ(kind_of(jsonrpc::members_of(R"({"resultType":"input_required"})")), result_kind::input_required);
    EXPECT_EQ(kind_of(jsonrpc::members_of(R"({"resultType":"task"})")), result_kind::unknown);
    EXPECT_EQ(kind_of(jsonrpc::members_of(R"({"resultType":1})")), result_kind::unknown);
}

TEST(LegacyResult, has_structured_content_in_an_object) {
    EXPECT_EQ(shown(R"({"structuredContent":[1.0]})", legacy_method::calls_tool), R"({"structuredContent":{"result":[1.0]}})");
    EXPECT_EQ(shown(R"({"structuredContent":{"a":1}})", legacy_method::calls_tool), R"({"structuredContent":{"a":1}})");
}

// The text between two changes is not copied if it is long, and what is changed is kept in parts.
TEST(LegacyResult, has_a_list_of_tools_in_parts) {
    const std::string large = R"({"name":"l","description":")" + std::string(10'000, 'x') + R"("},)";
    std::string list = "[" + large;
    std::string expected = list;
    for (int i = 0; i < 4'000; ++i) {
        list += R"({"name":"t","outputSchema":{"type":"array"}},)";
        expected += R"({"name":"t","outputSchema":{"type":"object","properties":{"result":{"type":"array"}},"required":["result"]}},)";
    }
    list += large + "{}]";
    expected += large + "{}]";
    wrapped_tools wrapped;
    EXPECT_TRUE(legacy_tools(list, wrapped) == expected);
    changed_tools unchanged(list);
    EXPECT_FALSE(unchanged.has_changed());
}

TEST(LegacyResult, has_output_schemas_of_objects) {
    const std::string schema = R"({"type":"array","items":{"$ref":"#/$defs/a"},"$defs":{"a":{"$ref":"#"},"b":{"$id":"u:","$ref":"#/x"},)"
                               R"("c":{"const":{"$ref":"#/x"}},"d":{"$ref":"#anchor"},"e":{"properties":{"f":{"$ref":"#/$defs/a"}}}}})";
    const std::string wrapped =
        R"({"type":"object","properties":{"result":{"type":"array","items":{"$ref":"#/properties/result/$defs/a"},"$defs":{)"
        R"("a":{"$ref":"#/properties/result"},"b":{"$id":"u:","$ref":"#/x"},"c":{"const":{"$ref":"#/x"}},"d":{"$ref":"#anchor"},)"
        R"("e":{"properties":{"f":{"$ref":"#/properties/result/$defs/a"}}}}}},"required":["result"]})";
    EXPECT_EQ(shown(R"({"tools":[{"name":"t","outputSchema":)" + schema + R"(,"x":1.0},{"outputSchema":{"type":"object"}},{"name":"u"}]})",
                    legacy_method::lists_tools),
              R"({"tools":[{"name":"t","outputSchema":)" + wrapped + R"(,"x":1.0},{"outputSchema":{"type":"object"}},{"name":"u"}]})");
}

TEST(LegacyResult, has_the_form_that_the_list_of_tools_has_announced) {
    wrapped_tools wrapped;
    const auto list = [&wrapped](const char* schema) { legacy_tools(R"([{"name":"\u0074","outputSchema":)" + std::string(schema) + "}]", wrapped); };
    const auto content = [&wrapped] {
        return legacy_result({}, jsonrpc::members_of(R"({"structuredContent":{"a":1}})"), legacy_method::calls_tool, R"("t")", wrapped);
    };
    list(R"({"anyOf":[{"type":"object"},{"type":"array"}]})");
    EXPECT_EQ(content(), R"({"structuredContent":{"result":{"a":1}}})");
    list(R"({"type":"object"})");
    EXPECT_EQ(content(), R"({"structuredContent":{"a":1}})");
}

TEST(LegacyResult, of_initialize_is_made_of_what_the_server_says_of_itself) {
    EXPECT_EQ(initialize_result(R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}},"instructions":"\u0069",)"
                                R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}})",
                                R"("2025-03-26")"),
              R"({"protocolVersion":"2025-03-26","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1"},)"
              R"("instructions":"\u0069"})");
    EXPECT_EQ(initialize_result("{}", {}), R"({"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"server","version":"0"}})");
}

}  // namespace
}  // namespace bridge::era
