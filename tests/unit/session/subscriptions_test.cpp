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
    EXPECT_FALSE(of.receivers("u:1").contains("a"));
    EXPECT_TRUE(of.receivers("u:2").contains("b"));
    EXPECT_THAT(of.remove_all("nobody"), IsEmpty());
}

TEST(Subscriptions, HoldForPartsOfAResource) {
    const core::limits bounds;
    subscriptions of(bounds);
    of.add("a", "file:///folder");
    EXPECT_TRUE(of.receivers("file:///folder").contains("a"));
    EXPECT_TRUE(of.receivers("file:///folder/part").contains("a"));
    EXPECT_FALSE(of.receivers("file:///folder2").contains("a"));
    EXPECT_FALSE(of.receivers("file:///folder").contains("b"));
}

TEST(Subscriptions, ToldOfSeveralWaysAreToldOnce) {
    const core::limits bounds;
    subscriptions of(bounds);
    for (const char* each : {"file:///a/", "file:///a", "file:///a/b", "file:", ""}) of.add("a", each);
    EXPECT_THAT(of.receivers("file:///a/b"), ElementsAre("a"));
    EXPECT_THAT(of.receivers("/x"), ElementsAre("a")) << "a part of nothing";
    EXPECT_THAT(of.receivers("x"), IsEmpty());
}

TEST(Subscriptions, LookAtThoseOfAnUpdateOnly) {
    const core::limits bounds;
    subscriptions of(bounds);
    for (int session = 0; session < 40; ++session) {
        for (int i = 0; i < 1000; ++i) of.add("s" + std::to_string(session), "test://" + std::to_string(session) + "/" + std::to_string(i));
    }
    const std::size_t before = of.looks();
    EXPECT_THAT(of.receivers("test://7/123/part"), ElementsAre("s7"));
    EXPECT_LE(of.looks() - before, 1U);
    of.remove_all("s7");
    EXPECT_THAT(of.receivers("test://7/123"), IsEmpty());
}

TEST(Subscriptions, AreListedOneAfterTheOtherWhileTheyChange) {
    const core::limits bounds;
    subscriptions of(bounds);
    for (const char* each : {"u:1", "u:2", "u:3"}) of.add("a", each);
    of.add("b", "u:2");
    EXPECT_EQ(*of.next_after({}), "u:1");
    of.remove("a", "u:1");
    EXPECT_EQ(*of.next_after("u:1"), "u:2");
    EXPECT_EQ(*of.next_after("u:2"), "u:3");
    EXPECT_EQ(of.next_after("u:3"), nullptr);
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

std::vector<std::string> all_of(const subscriptions& all) {
    std::vector<std::string> out;
    for (const std::string* next = all.next_after(std::nullopt); next != nullptr; next = all.next_after(out.back())) out.push_back(*next);
    return out;
}

TEST(Subscriptions, OfAllSessionsAreEachThereOnce) {
    const core::limits bounds;
    subscriptions of(bounds);
    EXPECT_TRUE(of.empty());
    of.add("a", "u:1");
    of.add("b", "u:1");
    of.add("b", "u:2");
    EXPECT_THAT(all_of(of), ElementsAre("u:1", "u:2"));
    of.remove_all("b");
    EXPECT_THAT(all_of(of), ElementsAre("u:1"));
    of.remove("a", "u:1");
    EXPECT_TRUE(of.empty());
}

}  // namespace
}  // namespace bridge::session
