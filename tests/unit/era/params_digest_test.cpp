#include "bridge/era/params_digest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge::era {
namespace {

core::digest digest(std::string_view params) {
    return params_digest(R"("tools/call")", jsonrpc::members_of(params));
}

TEST(ParamsDigest, IsOfWhatTheClientRepeats) {
    const core::digest first = digest(R"({"name":"t","arguments":{"a":1}})");
    EXPECT_EQ(digest(R"({ "arguments" : { "a" : 1 },"name":"t","_meta":{},"inputResponses":{},"requestState":"s"})"), first);
    EXPECT_NE(digest(R"({"name":"t","arguments":{"a":2}})"), first);
    EXPECT_NE(params_digest(R"("prompts/get")", jsonrpc::members_of(R"({"name":"t","arguments":{"a":1}})")), first);
}

// The members that the client adds to a repeated request can be long.
TEST(ParamsDigest, DoesNotDependOnTheLengthOfWhatTheClientAdds) {
    const std::string long_text(100'000, 'x');
    const std::string argument(2000, 'a');
    const std::string params = R"("name":"t","arguments":{"a":")" + argument + R"("},"more":1)";
    EXPECT_EQ(digest("{" + params + R"(,"inputResponses":{"q1":")" + long_text + R"("}})"), digest("{" + params + "}"));
}

TEST(ParamsDigest, IsOfEachByteOfLongNamesAndValues) {
    const std::string middle(1'000'000, 'k');
    std::string other = middle;
    other[500'000] = 'l';
    const std::string params = "{\"" + middle + R"(":1,"v":")" + middle + "\"}";
    EXPECT_EQ(digest(params), digest(params));
    EXPECT_NE(digest(params), digest("{\"" + middle + R"(":1,"v":")" + other + "\"}"));
    EXPECT_NE(digest(params), digest("{\"" + other + R"(":1,"v":")" + middle + "\"}"));
}

// The bridge replaces the line breaks of a large message before it reads it, and a client can repeat the params of a small one in a large one.
TEST(ParamsDigest, DoesNotDependOnTheKindOfWhiteSpace) {
    const std::string long_text(params_digester::longest_dense, 'x');
    const auto with = [&long_text](const char* space) { return digest("{\"arguments\":{\"a\":" + std::string(space) + '"' + long_text + "\"}}"); };
    EXPECT_EQ(with("\n"), with(" "));
    EXPECT_EQ(with("\r\n"), with("  "));
    EXPECT_NE(with("\n"), with("")) << "that would be costly to find";
}

// The bytes of `{"a":1,"b":2}` are those of one param with a strange name, too.
TEST(ParamsDigest, TellsTwoParamsFromOne) {
    EXPECT_NE(digest(R"({"a":1,"b":2})"), digest(R"({"a\":1,\"b":2})"));
    EXPECT_NE(digest(R"({"a":12})"), digest(R"({"a1":2})"));
}

TEST(ParamsDigest, InSlicesIsTheSame) {
    const std::string params = R"({"name":"t","arguments":{"a":")" + std::string(100'000, 'x') + R"("},"more": [1, 2]})";
    for (const std::size_t step : {std::size_t{1'000}, std::size_t{1'000'000}}) {
        params_digester digester(R"("tools/call")", jsonrpc::members_of(params));
        while (!digester.advance(step)) continue;
        EXPECT_EQ(digester.finish(), digest(params));
    }
}

}  // namespace
}  // namespace bridge::era
