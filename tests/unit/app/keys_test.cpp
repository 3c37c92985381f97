#include "bridge/app/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* digest_of_a_key = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";

std::string mistake_in(std::vector<std::string> given) {
    std::string wrong;
    read_keys({.given = std::move(given)}, wrong);
    return wrong;
}

TEST(KeyNames, ThatStandForOthersAreRefused) {
    for (const char* name : {"user:42", "USER:42", "User:", "anonymous", "Anonymous", "functions-key:0", "Functions-Key:"}) {
        EXPECT_THAT(mistake_in({std::string(name) + "=0123456789abcdef"}), HasSubstr("reserved")) << name;
    }
    for (const char* name : {"users", "user", "user42", "anonymous2", "a:b", "key:1", "J\xC3\xBCrgen", "build server"}) {
        EXPECT_EQ(mistake_in({std::string(name) + "=0123456789abcdef"}), "") << name;
    }
}

TEST(KeyNames, ThatSpoilALogAreRefused) {
    for (const std::string& name : {std::string("a\nb"), std::string("a\tb"), std::string("a\x7F"), std::string("a\xFF"), std::string("a\0b", 3)}) {
        EXPECT_THAT(mistake_in({name + "=0123456789abcdef"}), HasSubstr("control characters")) << name;
    }
    EXPECT_THAT(mistake_in({" a=0123456789abcdef"}), HasSubstr("space"));
    EXPECT_THAT(mistake_in({"a =0123456789abcdef"}), HasSubstr("space"));
    EXPECT_EQ(mistake_in({std::string(128, 'n') + "=0123456789abcdef"}), "");
    EXPECT_THAT(mistake_in({std::string(129, 'n') + "=0123456789abcdef"}), HasSubstr("longer than 128"));
}

TEST(Keys, AreNoReferencesToAVault) {
    EXPECT_THAT(mistake_in({"@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/keys)"}), HasSubstr("has not replaced by its secret"));
    EXPECT_THAT(mistake_in({"@Microsoft.AppConfiguration(Endpoint=https://c.azconfig.io; Key=keys)"}), HasSubstr("has not replaced by its secret"));
}

TEST(Keys, MayBeGivenByTheirDigest) {
    std::string wrong;
    const auto keys = read_keys({.given = {std::string("alice=sha256:") + digest_of_a_key, "bob=0123456789"}}, wrong);
    EXPECT_EQ(wrong, "");
    ASSERT_EQ(keys.size(), 2U);
    const http::authenticator authenticator(keys);
    const auto holder = [&](std::string_view key) {
        return authenticator.authenticate({.functions_key = key}).value_or(http::caller{"(none)"}).principal;
    };
    EXPECT_EQ(holder("key"), "alice");
    EXPECT_EQ(holder("0123456789"), "bob");
    EXPECT_EQ(holder(digest_of_a_key), "(none)") << "the digest opens nothing";
    EXPECT_EQ(holder(std::string("sha256:") + digest_of_a_key), "(none)");
    for (const std::string& digest :
         {std::string(), std::string(63, '0'), std::string(65, '0'), std::string(64, 'x'), std::string(digest_of_a_key) + " -"}) {
        EXPECT_THAT(mistake_in({"alice=sha256:" + digest}), HasSubstr("sha256sum")) << digest;
    }
}

TEST(Keys, HaveOneHolder) {
    EXPECT_EQ(mistake_in({"alice=0123456789", "alice=abcdefghij", "alice=0123456789"}), "") << "while keys are changed there are two";
    const std::string wrong = mistake_in({"alice=0123456789", "bob=0123456789"});
    EXPECT_THAT(wrong, HasSubstr("key 2"));
    EXPECT_THAT(wrong, HasSubstr("another name"));
    const std::string digest = std::string("sha256:") + digest_of_a_key;
    EXPECT_THAT(mistake_in({"alice=" + digest, "bob=" + digest}), HasSubstr("another name"));
}

TEST(Keys, AreNotQuotedInMistakes) {
    EXPECT_THAT(mistake_in({"c2VjcmV0LXNlY3JldA=="}), Not(HasSubstr("c2Vj"))) << "a key without a name";
    EXPECT_THAT(mistake_in({"bob=secret"}), Not(HasSubstr("secret")));
}

TEST(Keys, ThatAreShortAreWarnedOf) {
    std::string wrong;
    const auto keys =
        read_keys({.given = {"short=0123456789", "long=0123456789abcdef", "brief=abcdefghijk", std::string("d=sha256:") + digest_of_a_key}}, wrong);
    const std::string warning = weakness_of(keys);
    EXPECT_THAT(warning, HasSubstr("'short', 'brief'"));
    EXPECT_THAT(warning, HasSubstr("16"));
    EXPECT_THAT(warning, Not(HasSubstr("0123")));
    EXPECT_EQ(weakness_of({keys[1], keys[3]}), "");
}

}  // namespace
}  // namespace bridge::app
