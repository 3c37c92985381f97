#include "bridge/session/subscriptions.hpp"

#include <gmock/gmock.h>

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Subscriptions, EndAtTheServerWithTheLastClient) {
    subscriptions of;
    of.add("a", "file:///x");
    of.add("b", "file:///x");
    EXPECT_FALSE(of.remove("a", "file:///x"));
    EXPECT_TRUE(of.remove("b", "file:///x"));
    EXPECT_TRUE(of.remove("c", "file:///x")) << "what nobody subscribed to is the server's to answer";
}

TEST(Subscriptions, OfASessionThatEndsGoWithItUnlessOthersWantThem) {
    subscriptions of;
    of.add("a", "u:1");
    of.add("a", "u:2");
    of.add("b", "u:2");
    EXPECT_THAT(of.remove_all("a"), ElementsAre("u:1"));
    EXPECT_FALSE(of.wants("a", "u:1"));
    EXPECT_TRUE(of.wants("b", "u:2"));
    EXPECT_THAT(of.remove_all("nobody"), IsEmpty());
}

TEST(Subscriptions, HoldForPartsOfAResource) {
    subscriptions of;
    of.add("a", "file:///folder");
    EXPECT_TRUE(of.wants("a", "file:///folder"));
    EXPECT_TRUE(of.wants("a", "file:///folder/part"));
    EXPECT_FALSE(of.wants("a", "file:///folder2"));
    EXPECT_FALSE(of.wants("b", "file:///folder"));
}

}  // namespace
}  // namespace bridge::session
