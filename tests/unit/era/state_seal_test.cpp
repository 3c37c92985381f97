#include "bridge/era/state_seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::era {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StateSeal : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    static state_seal with(std::string_view secret, const std::vector<std::string>& command = {"server", "argument"}) {
        return {core::sealing_key::from(secret), command};
    }
    std::optional<std::string> open(std::string_view given, std::string_view principal = "alice") const {
        return seal_.open(given, {.principal = principal, .request = request_}, now_);
    }

    core::digest request_ = core::digest_of("a request");
    state_seal::clock::time_point now_ = state_seal::clock::now();
    state_seal seal_ = with("one secret");
    const std::string state_ = R"("a \u0041 state\"")";
    std::string sealed_ = seal_.seal(state_, {.principal = "alice", .request = request_}, now_);
};

TEST_F(StateSeal, GivesTheStateBackByteForByte) {
    EXPECT_THAT(sealed_, StartsWith("\"s1."));
    EXPECT_THAT(sealed_, Not(HasSubstr("state")));
    EXPECT_TRUE(state_seal::is_sealed(sealed_));
    EXPECT_EQ(open(sealed_), state_);
    EXPECT_EQ(open(sealed_), state_) << "a state is no key that turns once: the server says what a second use means";
}

TEST_F(StateSeal, IsNotTheSameTwice) {
    EXPECT_NE(seal_.seal(state_, {.principal = "alice", .request = request_}, now_), sealed_);
}

TEST_F(StateSeal, OpensOnlyForItsUse) {
    EXPECT_EQ(open(sealed_, "bob"), std::nullopt);
    const core::digest other = core::digest_of("another request");
    EXPECT_EQ(seal_.open(sealed_, {.principal = "alice", .request = other}, now_), std::nullopt);
    EXPECT_EQ(with("another secret").open(sealed_, {.principal = "alice", .request = request_}, now_), std::nullopt);
    EXPECT_EQ(with("one secret", {"server argument"}).open(sealed_, {.principal = "alice", .request = request_}, now_), std::nullopt);
}

TEST_F(StateSeal, OpensInAnotherBridgeWithTheSameSecret) {
    EXPECT_EQ(with("one secret").open(sealed_, {.principal = "alice", .request = request_}, now_), state_);
}

TEST_F(StateSeal, ExpiresAfterItsLifetime) {
    EXPECT_EQ(seal_.open(sealed_, {.principal = "alice", .request = request_}, now_ + state_seal::lifetime), state_);
    EXPECT_EQ(seal_.open(sealed_, {.principal = "alice", .request = request_}, now_ + state_seal::lifetime + 1s), std::nullopt);
}

TEST_F(StateSeal, RefusesWhatWasChanged) {
    for (std::size_t i = 1; i + 1 < sealed_.size(); ++i) {
        std::string changed = sealed_;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(open(changed), std::nullopt) << i;
        EXPECT_EQ(open(sealed_.substr(0, i) + '"'), std::nullopt) << i;
    }
    EXPECT_EQ(open(R"("s1.")"), std::nullopt);
    EXPECT_EQ(open(R"("")"), std::nullopt);
    EXPECT_FALSE(state_seal::is_sealed(R"("0123456789abcdef")"));
    EXPECT_FALSE(state_seal::is_sealed("1"));
}

TEST_F(StateSeal, HasALongestState) {
    const std::string longest = '"' + std::string(state_seal::longest_state - 2, 'x') + '"';
    EXPECT_EQ(open(seal_.seal(longest, {.principal = "alice", .request = request_}, now_)), longest);
    EXPECT_EQ(seal_.seal(longest + ' ', {.principal = "alice", .request = request_}, now_), "");
    EXPECT_FALSE(state_seal::is_sealed("\"s1." + std::string(2 * state_seal::longest_state, 'A') + '"'));
}

}  // namespace
}  // namespace bridge::era
