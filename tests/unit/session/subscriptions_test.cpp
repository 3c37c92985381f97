#include "bridge/session/subscriptions.hpp"

#include <gmock/gmock.h>

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Subscriptions, EndAtTheServerWithTheLastClient) {
    const core::limits bounds;
    subscriptions of(bounds);
    of.add("a", "file:///x");
    of.add("b", "file:///x");
    EXPECT_FALSE(of.remove("a", "file:///x"));
    EXPECT_TRUE(of.remove("b", "file:///x"));
    EXPECT_TRUE(of.remove("c", "file:///x")) << "what nobody subscribed to is the server's to answer";
}

TEST(Subscriptions, OfASessionThatEndsGoWithItUnlessOthersWantThem) {
    const core::limits bounds;
    subscriptions of(bounds);
    of.add("a", "u:1");
    of.add("a", "u:2");
    of.add("b", "u:2");
    EXPECT_THAT(of.remove_all("a"), ElementsAre("u:1"));
    EXPECT_FALSE(of.wants("a", "u:1"));
    EXPECT_TRUE(of.wants("b", "u:2"));
    EXPECT_THAT(of.remove_all("nobody"), IsEmpty());
}

TEST(Subscriptions, HoldForPartsOfAResource) {
    const core::limits bounds;
    subscriptions of(bounds);
    of.add("a", "file:///folder");
    EXPECT_TRUE(of.wants("a", "file:///folder"));
    EXPECT_TRUE(of.wants("a", "file:///folder/part"));
    EXPECT_FALSE(of.wants("a", "file:///folder2"));
    EXPECT_FALSE(of.wants("b", "file:///folder"));
}

TEST(Subscriptions, AreBoundedForEachSession) {
    core::limits bounds;
    bounds.subscriptions_per_session = 2;
    bounds.subscription_bytes = 10;
    subscriptions of(bounds);
    EXPECT_TRUE(of.add("a", "u:1"));
    EXPECT_TRUE(of.add("a", "u:2"));
    EXPECT_TRUE(of.add("a", "u:2")) << "twice is once";
    EXPECT_FALSE(of.add("a", "u:3"));
    EXPECT_TRUE(of.add("b", "u:3")) << "another session's";
    of.remove("a", "u:1");
    EXPECT_FALSE(of.add("a", "12345678")) << "11 bytes";
    EXPECT_TRUE(of.add("a", "1234567"));
    of.remove("a", "1234567");
    of.remove("a", "never there");
    EXPECT_TRUE(of.add("a", "u:4"));
}

TEST(Subscriptions, OfAllSessionsAreEachThereOnce) {
    const core::limits bounds;
    subscriptions of(bounds);
    EXPECT_TRUE(of.empty());
    of.add("a", "u:1");
    of.add("b", "u:1");
    of.add("b", "u:2");
    EXPECT_THAT(of.all(), ElementsAre("u:1", "u:2"));
    of.remove_all("b");
    EXPECT_THAT(of.all(), ElementsAre("u:1"));
    of.remove("a", "u:1");
    EXPECT_TRUE(of.empty());
}

}  // namespace
}  // namespace bridge::session
