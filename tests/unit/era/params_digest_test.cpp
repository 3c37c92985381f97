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

TEST(ParamsDigest, ReadsTheEndsOfLongNamesAndValuesOnly) {
    const std::string middle(1'000'000, 'k');
    std::string keys;
    for (int i = 0; i < 3; ++i) keys += "\"" + middle + std::to_string(i) + "\":1,";
    const std::string params = "{" + keys + R"("v":")" + middle + "\"}";
    EXPECT_EQ(digest(params), digest(params));
    EXPECT_NE(digest(params), digest("{" + keys + R"("v":")" + middle + "x\"}"));
    EXPECT_NE(digest("{\"" + middle + "1\":0}"), digest("{\"" + middle + "2\":0}"));
}

}  // namespace
}  // namespace bridge::era
