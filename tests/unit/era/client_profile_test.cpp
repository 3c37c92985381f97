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

// The keys of clients are kept beside their profiles, and nobody pays for them.
TEST(ClientProfile, HasAShortKeyWhateverItsLength) {
    const auto key = [](char letter) {
        return client_profile::read(R"({"roots":{},"extensions":{"a":{"b":")" + std::string(60'000, letter) + R"("}}})").key();
    };
    EXPECT_LT(key('x').size(), 100U);
    EXPECT_EQ(key('x'), key('x'));
    EXPECT_NE(key('x'), key('y'));
}

}  // namespace
}  // namespace bridge::era
