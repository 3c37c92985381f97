#include "tests/support/raw_json.hpp"

#include <gtest/gtest.h>

namespace test_support {
namespace {

TEST(raw_json, finds_members_as_they_are_spelled) {
    const std::string_view text = R"({ "a" : 1.10 , "b\"" : [ "}" , {"c":null} ],"d":{"e":"x,y"}})";
    EXPECT_EQ(member(text, "a"), "1.10");
    EXPECT_EQ(at(text, "d/e"), R"("x,y")");
    EXPECT_EQ(member(text, "c"), "");
    EXPECT_EQ(member("[]", "a"), "");
}

TEST(raw_json, finds_elements) {
    EXPECT_EQ(at(R"([1, [2, "]"] ,{"x":3}])", "2/x"), "3");
    EXPECT_EQ(elements(R"([1, [2, "]"] ,{"x":3}])").size(), 3U);
    EXPECT_TRUE(elements("[ ]").empty());
    EXPECT_EQ(at("[1]", "7"), "");
}

TEST(raw_json, decodes_and_encodes_strings) {
    EXPECT_EQ(unquoted(R"("a\n\"\u00e9\ud83d\ude00\/")"), "a\n\"é😀/");
    EXPECT_EQ(quoted_json("a\n\"é"), R"("a\u000a\"é")");
    EXPECT_EQ(integer("-12", 0), -12);
    EXPECT_EQ(integer("", 7), 7);
}

}  // namespace
}  // namespace test_support
