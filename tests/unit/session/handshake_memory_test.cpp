#include "bridge/session/handshake_memory.hpp"

#include <gtest/gtest.h>

namespace bridge::session {
namespace {

class HandshakeMemory : public testing::Test {
protected:
    core::limits bounds_;
    handshake_memory memory_{bounds_};
};

TEST_F(HandshakeMemory, TellsPrincipalsAndProgramsApart) {
    memory_.record("alice", "a/1", "1");
    memory_.record("alice", "b/1", "2");
    memory_.record("bob", "a/1", "3");
    EXPECT_EQ(memory_.find("alice", "a/1"), "1");
    EXPECT_EQ(memory_.find("alice", "b/1"), "2");
    EXPECT_EQ(memory_.find("bob", "a/1"), "3");
    EXPECT_EQ(memory_.find("bob", "b/1"), "");
    EXPECT_EQ(memory_.find("alicea/1", ""), "");
}

TEST_F(HandshakeMemory, KeepsTheLastOfEach) {
    memory_.record("alice", "a/1", "before");
    const std::size_t bytes = memory_.bytes();
    memory_.record("alice", "a/1", "after!");
    EXPECT_EQ(memory_.find("alice", "a/1"), "after!");
    EXPECT_EQ(memory_.size(), 1U);
    EXPECT_EQ(memory_.bytes(), bytes);
}

TEST_F(HandshakeMemory, ForgetsWhatWasGivenLongestAgo) {
    bounds_.handshakes = 2;
    memory_.record("p", "1", "x");
    memory_.record("p", "2", "x");
    memory_.record("p", "1", "again");
    memory_.record("p", "3", "x");
    EXPECT_EQ(memory_.find("p", "2"), "");
    EXPECT_EQ(memory_.find("p", "1"), "again");
    EXPECT_EQ(memory_.find("p", "3"), "x");
}

TEST_F(HandshakeMemory, IsBoundedInBytes) {
    bounds_.handshake_bytes = 100;
    memory_.record("p", "1", std::string(60, 'x'));
    memory_.record("p", "2", std::string(60, 'x'));
    EXPECT_EQ(memory_.find("p", "1"), "");
    EXPECT_EQ(memory_.find("p", "2").size(), 60U);
    // One that is too large drives out no other, and what the program gave before is not its last one any more.
    memory_.record("p", "3", std::string(200, 'x'));
    EXPECT_EQ(memory_.find("p", "2").size(), 60U);
    memory_.record("p", "2", std::string(200, 'x'));
    EXPECT_EQ(memory_.size(), 0U);
    EXPECT_EQ(memory_.bytes(), 0U);
}

}  // namespace
}  // namespace bridge::session
