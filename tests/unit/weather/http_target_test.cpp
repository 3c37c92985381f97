#include "weather-stdio/nws/http_target.hpp"

#include <gtest/gtest.h>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

TEST(http_target, takes_urls_apart) {
    const auto target = parse_target("https://api.weather.gov/points/1,2?a=b%20c#part");
    ASSERT_TRUE(target);
    EXPECT_TRUE(target->tls);
    EXPECT_EQ(target->host, "api.weather.gov");
    EXPECT_EQ(target->port, "443");
    EXPECT_EQ(target->authority, "api.weather.gov");
    EXPECT_EQ(target->path, "/points/1,2?a=b%20c");
    EXPECT_EQ(url_of(*target), "https://api.weather.gov/points/1,2?a=b%20c");
}

TEST(http_target, keeps_unusual_ports_and_brackets) {
    const auto target = parse_target("http://[::1]:8080");
    ASSERT_TRUE(target);
    EXPECT_FALSE(target->tls);
    EXPECT_EQ(target->host, "::1");
    EXPECT_EQ(target->authority, "[::1]:8080");
    EXPECT_EQ(target->path, "/");
    EXPECT_EQ(parse_target("HTTP://x:80/")->authority, "x");
    EXPECT_EQ(parse_target("https://x?q=1")->path, "/?q=1");
}

TEST(http_target, refuses_other_urls) {
    for (const auto* url : {"", "x", "/path", "//host/path", "ftp://host/", "https://", "https:///path", "https://host:0/", "https://host:99999/",
                            "https://user:secret@host/", "https://ho st/", "https://host/\n"}) {
        EXPECT_EQ(parse_target(url).error(), http_errc::bad_url) << url;
    }
}

TEST(http_target, redirects_may_be_relative) {
    const auto from = *parse_target("https://host/a/b?c");
    EXPECT_EQ(url_of(*follow_redirect(from, "/x?y")), "https://host/x?y");
    EXPECT_EQ(url_of(*follow_redirect(from, "d")), "https://host/a/d");
    EXPECT_EQ(url_of(*follow_redirect(from, "https://other:1/z")), "https://other:1/z");
    EXPECT_EQ(url_of(*follow_redirect(from, "//other/z")), "https://other/z");
}

TEST(http_target, redirects_never_lose_encryption) {
    const auto secure = *parse_target("https://host/");
    EXPECT_EQ(follow_redirect(secure, "http://host/").error(), http_errc::unsafe_redirect);
    EXPECT_EQ(follow_redirect(secure, "file:///etc/passwd").error(), http_errc::unsafe_redirect);
    EXPECT_TRUE(follow_redirect(*parse_target("http://host/"), "https://host/"));
    EXPECT_EQ(follow_redirect(secure, "http://[bad").error(), http_errc::malformed);
}

}  // namespace
}  // namespace nws
