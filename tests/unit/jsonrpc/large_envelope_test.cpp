// A message that is read in slices is read as one that is read at once, wherever the slices end.
#include "bridge/jsonrpc/large_envelope.hpp"

#include <gtest/gtest.h>

#include "tests/support/json_generator.hpp"
#include "tests/unit/jsonrpc/shown_outcome.hpp"

namespace bridge::jsonrpc {
namespace {

constexpr unsigned depth = 8;

void expect_the_same(const std::string& text) {
    const std::string at_once = shown(text, read_envelope(text, depth));
    for (const std::size_t slice : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, text.size() + 1}) {
        large_envelope reading(text, depth);
        std::size_t steps = 0;
        while (!reading.advance(slice)) ASSERT_LE(++steps, 2 * text.size() + 2) << "it does not come to an end: " << text;
        EXPECT_EQ(shown(text, reading.outcome()), at_once) << "in slices of " << slice << ": " << text;
    }
}

TEST(LargeEnvelope, IsReadAsASmallOneIs) {
    for (
        const char* text :
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"progressToken":"t","o":[1]},"arguments":{"a":[{},[],"é😀\n\"",-1.5e+9,true]}}})",
         R"( { "result" : { "a" : [ ] , "b" : { } } , "id" : "x" , "jsonrpc" : "2.0" } )", "{\"jsonrpc\":\"2.0\",\r\n\"method\":\"m\"\n}",
         R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})",
         R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"abc","reason":"r"}})",
         R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})", R"({"jsonrpc":"2.0","id":null,"error":{}})",
         R"({"jsonrpc":"2.0","id":1,"method":"m","params":[{"_meta":{"progressToken":1},"requestId":2}]})",
         R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"x":{"_meta":{"progressToken":1}},"_meta":[{"progressToken":2}]}})",
         R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})", R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":null}})",
         R"({"\u006asonrpc":"2.0","\u0069d":1,"m\u0065thod":"m"})", R"({"jsonrpc":"2.0","id":1.0,"result":{},"error":null,"method":null})", "[]",
         "[{\"jsonrpc\":\"2.0\"}]", "  7 ", "\"text\"", "null", "{}"}) {
        expect_the_same(text);
    }
}

TEST(LargeEnvelope, IsRefusedAsASmallOneIs) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[",
                             "{\"a\"",
                             "{\"a\":",
                             "{\"a\":1",
                             "{\"a\":1,",
                             "{\"a\":1,}",
                             "{\"a\" 1}",
                             "{,}",
                             "[1,]",
                             "[1 2]",
                             "[1",
                             "{\"a\":1]",
                             "[1}",
                             "{1:2}",
                             "tru",
                             "nul",
                             "01",
                             "-",
                             "1.",
                             "1e",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12g4\"",
                             "\"\\u12",
                             "\"a\tb\"",
                             "\"\xFF\"",
                             "\"\xE2\x82\"",
                             "{} x",
                             "[[[[[[[[[1]]]]]]]]]",
                             R"({"jsonrpc":"1.0","id":1,"method":"m"})",
                             R"({"jsonrpc":"2.0","id":1.5,"method":"m"})",
                             R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m"})",
                             R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":1,"progressToken":2}}})",
                             R"({"jsonrpc":"2.0","id":1,"method":"notifications/cancelled","params":{"requestId":1,"requestId":2}})",
                             R"({"jsonrpc":"2.0","id":1,"method":"m","params":{},"params":{}})",
                             R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{}, "_meta":{}}})",
                             R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
                             R"({"jsonrpc":"2.0","id":1,"result":NaN})",
                             R"({"jsonrpc":"2.0","id":1,"result":-Infinity})",
                             R"({"id":1,"result":{}})",
                             R"({"jsonrpc":"2.0","id":1,"ID":2,"Id":3,"result":{}})"}) {
        expect_the_same(text);
    }
}

// Also texts that break off or have a byte changed.
TEST(LargeEnvelope, AgreesOnTextsOfEveryKind) {
    test_support::json_generator generate(20260728);
    for (int i = 0; i < 300; ++i) {
        std::string text = R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + generate.object(5) + "}";
        expect_the_same(text);
        expect_the_same(text.substr(0, text.size() * static_cast<std::size_t>(i % 10) / 10));
        text[static_cast<std::size_t>(i * 7919) % text.size()] = "{}[],:\"\\ 1a\n\xC3"[i % 13];
        expect_the_same(text);
    }
}

}  // namespace
}  // namespace bridge::jsonrpc
