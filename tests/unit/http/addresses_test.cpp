// The texts by which a listener and a proxy are configured: addresses and path prefixes.
#include <string>

#include <gmock/gmock.h>

#include "bridge/http/listen_addresses.hpp"
#include "bridge/http/path_prefix.hpp"

namespace bridge::http {
namespace {

std::vector<std::string> addresses_of(std::string_view host) {
    std::vector<std::string> out;
    for (const auto& each : listen_addresses(host)) out.push_back(each.to_string());
    return out;
}

TEST(ListenAddresses, OfLocalhostAreBothLoopbackAddresses) {
    EXPECT_THAT(addresses_of("localhost"), testing::ElementsAre("127.0.0.1", "::1"));
    EXPECT_THAT(addresses_of("LocalHost"), testing::ElementsAre("127.0.0.1", "::1"));
    EXPECT_THAT(addresses_of("0.0.0.0"), testing::ElementsAre("0.0.0.0"));
    EXPECT_THAT(addresses_of("::1"), testing::ElementsAre("::1"));
    for (const char* other : {"", "localhost.evil.example", "example.com", "127.0.0.1:80", "[::1]"})
        EXPECT_THAT(addresses_of(other), testing::IsEmpty()) << other;
    EXPECT_TRUE(is_loopback_host("localhost"));
    EXPECT_TRUE(is_loopback_host("127.0.0.2"));
    EXPECT_FALSE(is_loopback_host("0.0.0.0"));
    EXPECT_FALSE(is_loopback_host("example.com"));
}

TEST(PathPrefix, IsAPathWithoutItsLastSlash) {
    EXPECT_EQ(read_path_prefix("/weather"), "/weather");
    EXPECT_EQ(read_path_prefix("/weather/"), "/weather");
    EXPECT_EQ(read_path_prefix("/a/b-c_d.e~f%20(g)"), "/a/b-c_d.e~f%20(g)");
    EXPECT_EQ(read_path_prefix("/"), "");
    EXPECT_EQ(read_path_prefix("/" + std::string(longest_path_prefix - 1, 'a'))->size(), longest_path_prefix);
    // A browser would read the first as the host evil.example, and the others would change the event that has them.
    for (const char* other : {"//evil.example", "/a//b", "//", "", "weather", "https://evil.example", "/a b", "/a?b", "/a#b", "/a\nb", "/a\"b",
                              "/a<b", "/\xC3\xA9", "/a, /b", "\\evil.example", "/\\evil.example"}) {
        EXPECT_FALSE(read_path_prefix(other)) << other;
    }
    EXPECT_FALSE(read_path_prefix("/" + std::string(longest_path_prefix, 'a')));
}

}  // namespace
}  // namespace bridge::http
