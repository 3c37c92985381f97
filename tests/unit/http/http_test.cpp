#include <gtest/gtest.h>

#include "bridge/core/secret.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/origin.hpp"
#include "bridge/http/request.hpp"

namespace bridge::http {
namespace {

std::pair<bool, bool> accepts(std::optional<std::string_view> header) {
    const accepted read = accepted::read(header);
    return {read.json, read.stream};
}

TEST(Accept, IsReadAsItIsMeant) {
    const std::pair both{true, true};
    const std::pair json{true, false};
    const std::pair stream{false, true};
    const std::pair none{false, false};
    EXPECT_EQ(accepts(std::nullopt), both);
    EXPECT_EQ(accepts(""), both);
    EXPECT_EQ(accepts("*/*"), both);
    EXPECT_EQ(accepts("application/json, text/event-stream"), both);
    EXPECT_EQ(accepts("text/event-stream;q=0.5,APPLICATION/JSON ; q=1"), both);
    EXPECT_EQ(accepts("application/json"), json);
    EXPECT_EQ(accepts("application/*"), json);
    EXPECT_EQ(accepts("text/event-stream"), stream);
    EXPECT_EQ(accepts("text/*"), stream);
    EXPECT_EQ(accepts("application/json, text/event-stream;q=0"), json);
    EXPECT_EQ(accepts("application/json;q=0.0, text/event-stream"), stream);
    EXPECT_EQ(accepts("text/html, application/xhtml+xml"), none);
    EXPECT_EQ(accepts(",;,"), none);
}

TEST(Accept, OfABrowserAsksForAPage) {
    const auto wants = [](std::optional<std::string_view> header) { return wants_page({.accept = header}); };
    EXPECT_TRUE(wants("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
    EXPECT_TRUE(wants("TEXT/HTML"));
    EXPECT_FALSE(wants(std::nullopt));
    EXPECT_FALSE(wants("*/*"));
    EXPECT_FALSE(wants("text/*"));
    EXPECT_FALSE(wants("application/json, text/event-stream"));
    EXPECT_FALSE(wants("text/event-stream, text/html"));
    EXPECT_FALSE(wants("text/html;q=0, */*"));
}

TEST(ContentType, IsJsonWithOrWithoutParameters) {
    EXPECT_TRUE(is_json("application/json"));
    EXPECT_TRUE(is_json("Application/JSON; charset=utf-8"));
    EXPECT_TRUE(is_json(" application/json ;x"));
    EXPECT_FALSE(is_json("application/json-patch+json"));
    EXPECT_FALSE(is_json("text/json"));
    EXPECT_FALSE(is_json(""));
}

TEST(Query, GivesTheFirstParameterOfAName) {
    EXPECT_EQ(parameter("sessionId=1", "sessionId"), "1");
    EXPECT_EQ(parameter("a=b&sessionId=1&sessionId=2", "sessionId"), "1");
    EXPECT_EQ(parameter("xsessionId=1&sessionIdx=2&sessionId", "sessionId"), "");
    EXPECT_EQ(parameter("sessionId=&a", "sessionId"), "");
    EXPECT_EQ(parameter("sessionId=a=b", "sessionId"), "a=b");
    EXPECT_EQ(parameter("&&", "sessionId"), "");
    EXPECT_EQ(parameter("", "sessionId"), "");
}

class Keys : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    std::string principal(const request_head& head) const { return keys_.authenticate(head).value_or(caller{"(none)"}).principal; }

    authenticator keys_{{{"alice", "alices-key=="}, {"bob", "bobs/key+1"}}};
};

TEST_F(Keys, AreTakenFromEachPlace) {
    EXPECT_EQ(principal({}), "(none)");
    EXPECT_EQ(principal({.functions_key = "alices-key=="}), "alice");
    EXPECT_EQ(principal({.authorization = "Bearer bobs/key+1"}), "bob");
    EXPECT_EQ(principal({.authorization = "bearer   bobs/key+1"}), "bob");
    EXPECT_EQ(principal({.query = "a=b&code=alices-key%3D%3D"}), "alice");
    EXPECT_EQ(principal({.query = "code=alices-key=="}), "alice");
    EXPECT_EQ(principal({.query = "code=bobs/key+1"}), "bob");
    EXPECT_EQ(principal({.query = "code=bobs%2Fkey%2b1"}), "bob");
    // What stands behind the query in memory is not part of it.
    EXPECT_EQ(principal({.query = std::string_view("code=bobs%2Fkey%2b1HTTP/1.1").substr(0, 19)}), "bob");
}

TEST_F(Keys, BehindAHostThatHasItsOwnAreStillFound) {
    EXPECT_EQ(principal({.query = "code=the-hosts", .functions_key = "the-hosts", .authorization = "Bearer bobs/key+1"}), "bob");
}

TEST_F(Keys, AreRefusedUnlessWholeAndRight) {
    EXPECT_EQ(principal({.functions_key = ""}), "(none)");
    EXPECT_EQ(principal({.functions_key = "alices-key="}), "(none)");
    EXPECT_EQ(principal({.authorization = "Basic bobs/key+1"}), "(none)");
    EXPECT_EQ(principal({.authorization = "Bearer"}), "(none)");
    EXPECT_EQ(principal({.authorization = "Bearer    "}), "(none)");
    EXPECT_EQ(principal({.query = "code"}), "(none)");
    EXPECT_EQ(principal({.query = "code=%zz"}), "(none)");
    EXPECT_EQ(principal({.query = "Code=alices-key=="}), "(none)");
}

TEST(KeysOfThePlatform, NameTheirHoldersByADigest) {
    ASSERT_TRUE(core::set_up_secrets());
    const authenticator personal({}, {.has_personal_keys = true});
    const auto principal = [&personal](const request_head& head) { return personal.authenticate(head)->principal; };
    const std::string alice = principal({.functions_key = "alices-key=="});
    EXPECT_EQ(alice, std::string(functions_key_prefix) + core::hex_of(core::digest_of("alices-key=="), 16));
    EXPECT_EQ(principal({.query = "x=1&code=alices-key%3D%3D"}), alice);
    EXPECT_NE(principal({.query = "code=bobs"}), alice);
    EXPECT_EQ(principal({.query = "code=bobs", .functions_key = "alices-key=="}), alice) << "the host does not look at the URL then";
    EXPECT_EQ(principal({.query = "code=bobs", .functions_key = ""}), anonymous) << "nor if the header is empty";
    EXPECT_EQ(principal({.query = "code=%zz"}), anonymous);
    EXPECT_EQ(principal({}), anonymous);
    EXPECT_EQ(principal({.authorization = "Bearer alices-key=="}), anonymous) << "the host does not check these places";
    EXPECT_EQ(principal({.functions_key = "alices-key==", .client_principal = "bob"}), alice) << "no platform signs users in";
    const authenticator with_own({{"alice", "alices-key=="}}, {.has_personal_keys = true});
    EXPECT_EQ(with_own.authenticate({.functions_key = "alices-key=="})->principal, "alice");
}

TEST(NoKeys, MakeEveryoneAnonymous) {
    EXPECT_EQ(authenticator({}).authenticate({.functions_key = "x"})->principal, anonymous);
}

TEST(OriginPolicy, OnLoopbackLetsInOnlyThisMachinesPagesAndNames) {
    const origin_policy policy({}, {}, true);
    const auto allows = [&policy](std::string_view host, std::optional<std::string_view> origin) {
        return policy.refusal_reason({.host = host, .origin = origin}).empty();
    };
    EXPECT_TRUE(allows("127.0.0.1:7071", std::nullopt));
    EXPECT_TRUE(allows("LOCALHOST", std::nullopt));
    EXPECT_TRUE(allows("[::1]:80", "http://localhost:6274"));
    EXPECT_TRUE(allows("127.0.0.2:8080", "http://127.9.8.7"));
    EXPECT_TRUE(allows("[0:0:0:0:0:0:0:1]", std::nullopt));
    for (const char* other : {"128.0.0.1", "127.0.0.256", "127.1", "0.0.0.0", "[::2]", "[::1", "127.0.0.2.example", "127.0.0.2@evil"}) {
        EXPECT_FALSE(allows(other, std::nullopt)) << other;
    }
    EXPECT_TRUE(allows("localhost:1", "http://[::1]"));
    EXPECT_FALSE(allows("localhost", "http://evil.example"));
    EXPECT_FALSE(allows("localhost", "http://localhost.evil.example"));
    EXPECT_FALSE(allows("localhost", "http://evil.example:80/localhost"));
    EXPECT_FALSE(allows("localhost", "null"));
    EXPECT_FALSE(allows("localhost", ""));
    EXPECT_FALSE(allows("evil.example:7071", std::nullopt));
    EXPECT_FALSE(allows("127.0.0.1.evil.example", std::nullopt));
    EXPECT_FALSE(allows("", std::nullopt));
}

TEST(OriginPolicy, NamesWhatItRefusesAndTheOptionThatAllowsIt) {
    const origin_policy policy({}, {}, true);
    EXPECT_EQ(policy.refusal_reason({.host = "mcp.example.com:8443"}),
              "requests for the Host 'mcp.example.com' are not allowed; if clients are meant to use this name, start the bridge with --allowed-host "
              "mcp.example.com");
    EXPECT_EQ(policy.refusal_reason({.host = "localhost", .origin = "https://app.example:8443"}),
              "pages of the Origin 'https://app.example:8443' may not use the bridge; if they are meant to, start it with --allowed-origin "
              "https://app.example:8443");
    // A text that is no name is not repeated.
    for (const std::string& other :
         {std::string(), std::string("a b"), std::string("a'b"), std::string("a$(b)"), std::string("\xC3\xA9"), std::string(254, 'a')}) {
        EXPECT_EQ(policy.refusal_reason({.host = other}), "requests for this Host are not allowed; --allowed-host names the hosts that are");
        EXPECT_EQ(policy.refusal_reason({.host = "localhost", .origin = "https://" + other}),
                  "pages of this Origin may not use the bridge; --allowed-origin names the pages that may");
    }
    const origin_policy behind_host({}, {}, true, front::local_host);
    EXPECT_EQ(behind_host.refusal_reason({.host = "127.0.0.1", .forwarded_host = "evil.example:7071"}),
              "requests for the X-Forwarded-Host 'evil.example' are not allowed; if clients are meant to use this name, start the bridge with "
              "--allowed-host evil.example");
}

TEST(OriginPolicy, ElsewhereLetsInNamedPagesOnly) {
    const origin_policy policy({"https://app.example"}, {}, false);
    EXPECT_TRUE(policy.refusal_reason({.host = "any.example", .origin = "https://APP.example"}).empty());
    EXPECT_FALSE(policy.refusal_reason({.host = "any.example", .origin = "http://app.example"}).empty());
    EXPECT_FALSE(policy.refusal_reason({.host = "any.example", .origin = "http://localhost"}).empty());
    EXPECT_EQ(policy.shared_with({.origin = "https://app.example"}), "https://app.example");
    EXPECT_EQ(policy.shared_with({.origin = "https://other.example"}), "");
    EXPECT_EQ(policy.shared_with({}), "");
}

TEST(OriginPolicy, WithNamedHostsTakesNoOthers) {
    const origin_policy policy({}, {"bridge.example", "other:8080"}, false);
    EXPECT_TRUE(policy.refusal_reason({.host = "bridge.example:443"}).empty());
    EXPECT_TRUE(policy.refusal_reason({.host = "other:8080"}).empty());
    EXPECT_FALSE(policy.refusal_reason({.host = "other:8081"}).empty());
    EXPECT_FALSE(policy.refusal_reason({.host = "localhost"}).empty());
}

// All pairs of characters, at each place of a name: eight are compared at once.
TEST(same_name, ignores_the_case_of_letters_and_of_nothing_else) {
    const auto small = [](int c) { return c >= 'A' && c <= 'Z' ? c + 0x20 : c; };
    const std::string around = "abcdefghijk";
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const auto place = static_cast<std::size_t>(a + b) % around.size();
            std::string one = around;
            std::string other = "ABCDEFGHIJK";
            one[place] = static_cast<char>(a);
            other[place] = static_cast<char>(b);
            ASSERT_EQ(same_name(one, other), small(a) == small(b)) << a << ' ' << b << " at " << place;
        }
    }
    EXPECT_FALSE(same_name("Host", "Hosts"));
    EXPECT_TRUE(same_name("", ""));
}

}  // namespace
}  // namespace bridge::http
