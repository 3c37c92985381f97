#include "bridge/app/relaxed_json.hpp"

#include <gtest/gtest.h>

namespace bridge::app {
namespace {

TEST(relaxed_json, puts_a_space_in_place_of_a_trailing_comma) {
    EXPECT_EQ(without_trailing_commas(R"({"a":1,})"), R"({"a":1 })");
    EXPECT_EQ(without_trailing_commas("[\"a\",\n  \"b\",\n]"), "[\"a\",\n  \"b\" \n]");
    EXPECT_EQ(without_trailing_commas(R"([{},[],"x",])"), R"([{},[],"x" ])");
}

TEST(relaxed_json, looks_through_comments_and_not_into_them) {
    EXPECT_EQ(without_trailing_commas("{\"a\":1, // , }\n /* ,] */ }"), "{\"a\":1  // , }\n /* ,] */ }");
    EXPECT_EQ(without_trailing_commas("[1 /* one */, 2]"), "[1 /* one */, 2]");
    EXPECT_EQ(without_trailing_commas("[1, // no end"), "[1, // no end");
}

TEST(relaxed_json, leaves_texts_alone) {
    for (const char* text : {R"({"a":",}",",]":"\",}"})", R"(["//",1])", R"(["/*",1])", R"({"a":"\\",",":1})"}) {
        EXPECT_EQ(without_trailing_commas(text), text);
    }
}

TEST(relaxed_json, leaves_commas_that_follow_no_value_to_the_parser) {
    for (const char* text : {"[,]", "{,}", "[1,,]", R"({"a":,})", ",", ",]"})
        EXPECT_EQ(without_trailing_commas(text).find(','), std::string_view(text).find(','));
    EXPECT_EQ(without_trailing_commas("[1,,]"), "[1,,]");
}

TEST(relaxed_json, survives_texts_that_end_early) {
    for (const char* text : {"", "\"", "\"\\", "/", "/*", "//", "[1,\"", "\"a\\\""}) EXPECT_EQ(without_trailing_commas(text), text);
}

}  // namespace
}  // namespace bridge::app
