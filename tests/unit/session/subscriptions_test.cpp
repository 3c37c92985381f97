#include "bridge/session/subscriptions.hpp"

#include <gmock/gmock.h>

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

subscribing add(subscriptions& all, const std::string& session, const std::string& uri) {
    return all.add({.name = session, .client = session}, uri);
}

TEST(Subscriptions, EndAtTheServerWithTheLastClient) {
    const core::limits bounds;
    subscriptions of(bounds);
    add(of, "a", "file:///x");
    add(of, "b", "file:///x");
    EXPECT_FALSE(of.remove("a", "file:///x"));
    EXPECT_TRUE(of.remove("b", "file:///x"));
    EXPECT_TRUE(of.remove("c", "file:///x")) << "what nobody subscribed to is the server's to answer";
}

TEST(Subscriptions, OfASessionThatEndsGoWithItUnlessOthersWantThem) {
    const core::limits bounds;
    subscriptions of(bounds);
    add(of, "a", "u:1");
    add(of, "a", "u:2");
    add(of, "b", "u:2");
    EXPECT_THAT(of.remove_all("a").uris, ElementsAre("u:1"));
    EXPECT_FALSE(of.receivers("u:1").contains("a"));
    EXPECT_TRUE(of.receivers("u:2").contains("b"));
    EXPECT_THAT(of.remove_all("nobody").uris, IsEmpty());
}

TEST(Subscriptions, HoldForPartsOfAResource) {
    const core::limits bounds;
    subscriptions of(bounds);
    add(of, "a", "file:///folder");
    EXPECT_TRUE(of.receivers("file:///folder").contains("a"));
    EXPECT_TRUE(of.receivers("file:///folder/part").contains("a"));
    EXPECT_FALSE(of.receivers("file:///folder2").contains("a"));
    EXPECT_FALSE(of.receivers("file:///folder").contains("b"));
}

TEST(Subscriptions, ToldOfSeveralWaysAreToldOnce) {
    const core::limits bounds;
    subscriptions of(bounds);
    for (const char* each : {"file:///a/", "file:///a", "file:///a/b", "file:", ""}) add(of, "a", each);
    EXPECT_THAT(of.receivers("file:///a/b"), ElementsAre("a"));
    EXPECT_THAT(of.receivers("/x"), ElementsAre("a")) << "a part of nothing";
    EXPECT_THAT(of.receivers("x"), IsEmpty());
}

TEST(Subscriptions, LookAtThoseOfAnUpdateOnly) {
    const core::limits bounds;
    subscriptions of(bounds);
    for (int session = 0; session < 40; ++session) {
        for (int i = 0; i < 1000; ++i) add(of, "s" + std::to_string(session), "test://" + std::to_string(session) + "/" + std::to_string(i));
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
    for (const char* each : {"u:1", "u:2", "u:3"}) add(of, "a", each);
    add(of, "b", "u:2");
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
    EXPECT_EQ(add(of, "a", "u:1"), subscribing::done);
    EXPECT_EQ(add(of, "a", "u:2"), subscribing::done);
    EXPECT_EQ(add(of, "a", "u:2"), subscribing::done) << "twice is once";
    EXPECT_EQ(add(of, "a", "u:3"), subscribing::too_many);
    EXPECT_EQ(add(of, "b", "u:3"), subscribing::done) << "another session's";
    of.remove("a", "u:1");
    EXPECT_EQ(add(of, "a", "12345678"), subscribing::too_many) << "11 bytes";
    EXPECT_EQ(add(of, "a", "1234567"), subscribing::done);
    of.remove("a", "1234567");
    of.remove("a", "never there");
    EXPECT_EQ(add(of, "a", "u:4"), subscribing::done);
}

// A client of the modern era has many listeners. The bounds held for each of them.
TEST(Subscriptions, AreBoundedForAllListenersOfOneClientTogether) {
    core::limits bounds;
    bounds.subscriptions_per_session = 2;
    subscriptions of(bounds);
    EXPECT_EQ(of.add({.name = "a1", .client = "a"}, "u:1"), subscribing::done);
    EXPECT_EQ(of.add({.name = "a2", .client = "a"}, "u:1"), subscribing::done);
    EXPECT_EQ(of.add({.name = "a3", .client = "a"}, "u:1"), subscribing::too_many);
    EXPECT_THAT(of.reason_of(subscribing::too_many), testing::HasSubstr(": 2, or"));
    EXPECT_EQ(of.add({.name = "b1", .client = "b"}, "u:1"), subscribing::done) << "another client's";
    EXPECT_THAT(of.remove_all("a1").uris, IsEmpty());
    EXPECT_EQ(of.add({.name = "a3", .client = "a"}, "u:1"), subscribing::done);
}

TEST(Subscriptions, ArePaidForByTheirClientUntilTheyEnd) {
    constexpr std::size_t mebibyte = 1024 * 1024;
    core::limits bounds;
    bounds.subscription_bytes = 4 * mebibyte;
    core::memory_budget budget(mebibyte);
    const auto account = budget.account_of("p");
    subscriptions of(bounds);
    const auto subscribe = [&](const std::string& listener, char letter) {
        return of.add({.name = listener, .client = "a", .account = account}, std::string(100'000, letter));
    };
    EXPECT_EQ(subscribe("a1", 'x'), subscribing::done);
    EXPECT_GE(account->used(), 200'000U);
    EXPECT_EQ(subscribe("a2", 'x'), subscribing::done);
    EXPECT_EQ(subscribe("a2", 'y'), subscribing::done);
    EXPECT_EQ(subscribe("a2", 'z'), subscribing::no_memory);
    EXPECT_THAT(of.reason_of(subscribing::no_memory), testing::HasSubstr("--max-memory"));
    {
        const unwanted_uris unwanted = of.remove_all("a2");
        EXPECT_THAT(unwanted.uris, testing::SizeIs(1)) << "the other one wants the first";
        EXPECT_GE(unwanted.charge.bytes(), 100'000U) << "the server has not been told yet";
    }
    EXPECT_TRUE(of.remove("a1", std::string(100'000, 'x')));
    EXPECT_EQ(budget.used(), 0U);
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
    add(of, "a", "u:1");
    add(of, "b", "u:1");
    add(of, "b", "u:2");
    EXPECT_THAT(all_of(of), ElementsAre("u:1", "u:2"));
    of.remove_all("b");
    EXPECT_THAT(all_of(of), ElementsAre("u:1"));
    of.remove("a", "u:1");
    EXPECT_TRUE(of.empty());
}

}  // namespace
}  // namespace bridge::session
