#include "bridge/era/client_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::era {
namespace {

TEST(ClientProfile, IsEqualForCapabilitiesThatMeanTheSame) {
    const auto key = [](std::string_view capabilities) { return client_profile::read(capabilities).key(); };
    EXPECT_EQ(key("{}"), key(R"({"experimental":{"a":{}},"extensions":{}})"));
    EXPECT_EQ(key(R"({"extensions":{"b":{"x" : [ 1, "\" " ]},"a":{}}})"), key(R"({"extensions":{"a":{},"b":{"x":[1,"\" "]}}})"));
    EXPECT_NE(key(R"({"extensions":{"a":{"x":1}}})"), key(R"({"extensions":{"a":{"x":2}}})"));
    EXPECT_EQ(key(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"), key("{}"));
}

TEST(ClientProfile, TellsAChildOfTheExtensions) {
    const std::string params = client_profile::read(R"({"extensions":{"a":{}}})").initialize_params();
    EXPECT_THAT(params, testing::HasSubstr(R"("capabilities":{"extensions":{"a":{}}})"));
    EXPECT_THAT(client_profile().initialize_params(), testing::HasSubstr(R"("protocolVersion":"2025-11-25","capabilities":{},"clientInfo")"));
}

}  // namespace
}  // namespace bridge::era
