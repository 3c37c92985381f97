// Promise: clients of a shared server hear of the resources that they subscribed to, and of no others; none of them ends
// another's subscription.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

constexpr const char* uri = R"({"uri":"test://watched"})";

std::string updating(const std::string& resource) {
    return R"({"method":"notifications/resources/updated","params":{"uri":)" + json_string(resource) + "}}";
}

long count_of(const hosted_fixture& host, const std::string& method) {
    const auto methods = host.received_methods();
    return std::ranges::count(methods, method);
}

TEST(shared_subscriptions, are_told_to_those_who_made_them) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session subscriber = host.session();
    mcp_session other = host.session();
    subscriber.request("resources/subscribe", uri);
    http_client hears = subscriber.listen();
    http_client hears_not = other.listen();
    other.call("notify", updating("test://watched"));
    other.call("notify", updating("test://elsewhere"));
    other.call("notify", updating("test://watched/part"));
    for (const char* expected : {"test://watched", "test://watched/part"}) {
        const auto event = hears.read_event();
        ASSERT_TRUE(event);
        EXPECT_EQ(at(event->data, "params/uri"), json_string(expected));
    }
    EXPECT_THROW(hears_not.read_event(100ms), http_failure);
}

TEST(shared_subscriptions, end_at_the_server_with_the_last_client) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session one = host.session();
    mcp_session two = host.session();
    one.request("resources/subscribe", uri);
    two.request("resources/subscribe", uri);
    EXPECT_EQ(one.request("resources/unsubscribe", uri).at("result"), "{}");
    EXPECT_EQ(count_of(host, "resources/unsubscribe"), 0);
    two.request("resources/unsubscribe", uri);
    EXPECT_EQ(count_of(host, "resources/unsubscribe"), 1);
}

TEST(shared_subscriptions, end_with_the_session) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session one = host.session();
    one.request("resources/subscribe", uri);
    EXPECT_EQ(one.terminate().status, 200);
    EXPECT_TRUE(host.receives("resources/unsubscribe"));
    EXPECT_EQ(at(host.line_with("resources/unsubscribe"), "params"), uri);
}

}  // namespace
}  // namespace e2e
