#include "bridge/http/presented_keys.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "bridge/core/secret.hpp"
#include "bridge/http/authentication.hpp"

namespace bridge::http {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> places_in(const request_head& head) {
    const presented_keys presented(head);
    std::vector<std::string> out;
    for (const presented_key& each : presented.all()) out.push_back(std::string(each.place) + " " + std::string(each.secret));
    return out;
}

class PresentedKeys : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    std::string refusal(const request_head& head) const { return keys_.refusal_reason(head); }

    authenticator keys_{{{"alice", "alices-key=="}, {"bob", "bobs/key+1"}}};
};

TEST_F(PresentedKeys, AreReadFromFivePlaces) {
    EXPECT_THAT(
        places_in(
            {.query = "a=b&code=in%2Furl", .functions_key = "of-functions", .api_key = "api", .auth_token = "token", .authorization = "bearer  b"}),
        ElementsAre("x-functions-key of-functions", "Authorization b", "x-api-key api", "x-auth-token token", "?code= in/url"));
    EXPECT_THAT(places_in({.query = "code=%zz", .functions_key = "", .authorization = "Basic YTpi"}), ElementsAre());
    EXPECT_THAT(places_in({.authorization = "Bearerx"}), ElementsAre());
}

TEST_F(PresentedKeys, InTheHeadersOfHostedClientsOpenTheBridge) {
    EXPECT_EQ(keys_.authenticate({.api_key = "alices-key=="})->principal, "alice");
    EXPECT_EQ(keys_.authenticate({.auth_token = "bobs/key+1"})->principal, "bob");
    EXPECT_EQ(keys_.authenticate({.api_key = "another-service's", .auth_token = "bobs/key+1"})->principal, "bob");
    EXPECT_FALSE(keys_.authenticate({.api_key = "alices-key="}));
    EXPECT_FALSE(keys_.authenticate({.auth_token = ""}));
    EXPECT_EQ(keys_.wrong_key({.api_key = "x", .auth_token = "y"}), "x-api-key and x-auth-token");
}

TEST_F(PresentedKeys, ThatAreRefusedGetTheMistakeAndAllPlaces) {
    const auto names_places = AllOf(HasSubstr("Authorization: Bearer KEY"), HasSubstr("x-api-key"), HasSubstr("x-auth-token"),
                                    HasSubstr("x-functions-key"), HasSubstr("?code=KEY"));
    const auto says = [&](const request_head& head, const char* mistake) { EXPECT_THAT(refusal(head), AllOf(HasSubstr(mistake), names_places)); };
    says({}, "the request has no key");
    says({.functions_key = "x"}, "the key in x-functions-key is none that this bridge accepts");
    says({.query = "code=y", .api_key = "x"}, "the key in x-api-key and ?code= is none that");
    says({.authorization = "Bearer wrong"}, "the key in Authorization is none that");
    says({.authorization = "Basic YWxpY2U6eA=="}, "Authorization has a user and a password (scheme Basic)");
    says({.authorization = "Digest x=y"}, "Authorization has another scheme than Bearer");
    says({.authorization = "Bearer"}, "no key follows the word Bearer");
    says({.authorization = "Bearer   "}, "no key follows the word Bearer");
    says({.authorization = "alices-key=="}, "the word Bearer is missing in front of the key");
    says({.authorization = "alice=alices-key=="}, "of NAME=KEY send only the part behind the '='");
    says({.authorization = "Bearer alice=alices-key=="}, "of NAME=KEY send only the part behind the '='");
    says({.api_key = "alice=alices-key=="}, "of NAME=KEY send only the part behind the '='");
    EXPECT_THAT(refusal({.authorization = "YWJjZA=="}), Not(HasSubstr("NAME=KEY"))) << "base64 ends so";
}

// The refusal judges the form only: it is the same for a key that is nearly right, and it repeats nothing.
TEST_F(PresentedKeys, ThatAreRefusedRevealNothing) {
    const std::string wrong = refusal({.api_key = "secret-guess"});
    EXPECT_EQ(refusal({.api_key = "alices-key="}), wrong);
    EXPECT_EQ(refusal({.api_key = "alices-key==="}), wrong);
    EXPECT_EQ(refusal({.api_key = "alice=secret"}), refusal({.api_key = "nobody=secret"})) << "no holder's name is confirmed";
    for (const char* place :
         {"Bearer secret-guess", "Basic secret-guess", "secret-guess", "secret-scheme secret-guess", "secret-name=secret-guess"}) {
        EXPECT_THAT(refusal({.authorization = place}), Not(HasSubstr("secret"))) << place;
    }
    EXPECT_THAT(wrong, Not(HasSubstr("secret")));
}

TEST_F(PresentedKeys, OfAPlatformWithAnInvalidUserAreNotBlamed) {
    const authenticator signed_in({{"alice", "alices-key=="}}, {.has_sign_in = true});
    const request_head head{.functions_key = "alices-key==", .client_principal = "a b"};
    EXPECT_FALSE(signed_in.authenticate(head));
    EXPECT_THAT(signed_in.refusal_reason(head), HasSubstr("X-MS-CLIENT-PRINCIPAL-ID"));
}

}  // namespace
}  // namespace bridge::http
