// Promise: the changes that a server of the modern era reports reach clients of the legacy era. Only a child that outlives a request has any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class changes_of_a_modern_child : public testing::TestWithParam<const char*> {
protected:
    static hosting how() {
        return {.isolation = GetParam(),
                .flags = {"--era", "modern", "--capabilities",
                          R"({"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"prompts":{}})"},
                .works = false};
    }
    static std::string notice(const std::string& method, const std::string& params = "{}") {
        return R"({"method":)" + json_string(method) + R"(,"params":)" + params + "}";
    }
    hosted_fixture host_{how()};
    mcp_session session_ = host_.client().open();
};
IN_BOTH_ISOLATIONS(changes_of_a_modern_child);

TEST_P(changes_of_a_modern_child, reach_the_client_as_in_the_legacy_era) {
    ASSERT_TRUE(host_.receives(R"("notifications":{"toolsListChanged":true,"resourcesListChanged":true})"));
    http_client stream = session_.listen();
    session_.call("notify", notice("notifications/tools/list_changed"));
    session_.call("notify", notice("notifications/prompts/list_changed"));
    session_.call("notify", notice("notifications/resources/list_changed"));
    // Of a shared child, lists change for all clients, without params.
    const std::string notified = stream.read_event()->data;
    EXPECT_THAT(notified, StartsWith(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed")"));
    EXPECT_THAT(notified, Not(HasSubstr("_meta")));
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/resources/list_changed")");
}

TEST_P(changes_of_a_modern_child, of_resources_reach_the_client_while_it_is_subscribed) {
    http_client stream = session_.listen();
    EXPECT_EQ(session_.request("resources/subscribe", R"({"uri":"test:\u0061"})").at("result"), "{}");
    EXPECT_EQ(session_.request("resources/subscribe", R"({"uri":"test:b"})").at("result"), "{}");
    session_.call("notify", notice("notifications/resources/updated", R"({"uri":"test:a","n":1.0})"));
    EXPECT_THAT(stream.read_event()->data, HasSubstr(R"("params":{"uri":"test:a","n":1.0}})"));
    EXPECT_EQ(session_.request("resources/unsubscribe", R"({"uri":"test:a"})").at("result"), "{}");
    session_.call("notify", notice("notifications/resources/updated", R"({"uri":"test:a"})"));
    session_.call("notify", notice("notifications/resources/updated", R"({"uri":"test:b"})"));
    EXPECT_THAT(stream.read_event()->data, HasSubstr("test:b"));
    EXPECT_EQ(error_code(session_.request("resources/subscribe", R"({"uri":1})").message), -32602);
    // Each new subscription has ended the one before.
    const auto lines = host_.received();
    const auto count = [&lines](std::string_view text) {
        return std::ranges::count_if(lines, [text](const std::string& line) { return line.find(text) != std::string::npos; });
    };
    EXPECT_EQ(count("resourceSubscriptions"), 3) << "the process of the bridge's own first look asks for lists only";
    EXPECT_EQ(count("another subscription replaces it"), 3);
}

// All URIs were sent again for each further one. Now there are several subscriptions at the server.
TEST_P(changes_of_a_modern_child, of_very_many_resources_reach_the_client_once) {
    constexpr int count = 150;
    const auto uri = [](int number) { return "test:" + std::to_string(number) + '/' + std::string(400, 'x'); };
    const auto update = [&](int number) { session_.call("notify", notice("notifications/resources/updated", R"({"uri":")" + uri(number) + "\"}")); };
    http_client stream = session_.listen();
    for (int i = 0; i < count; ++i) EXPECT_EQ(session_.request("resources/subscribe", R"({"uri":")" + uri(i) + "\"}").at("result"), "{}");
    for (const int each : {0, count / 2, count - 1}) update(each);
    for (const int each : {0, count / 2, count - 1}) EXPECT_THAT(stream.read_event()->data, HasSubstr(uri(each)));
    EXPECT_EQ(session_.request("resources/unsubscribe", R"({"uri":")" + uri(0) + "\"}").at("result"), "{}");
    update(0);
    update(1);
    EXPECT_THAT(stream.read_event()->data, HasSubstr(uri(1)));
    std::size_t longest = 0;
    std::size_t open = 0;
    for (const std::string& line : host_.received()) {
        if (line.find("subscriptions/listen") != std::string::npos) {
            longest = std::max(longest, line.size());
            ++open;
        }
        if (line.find("another subscription replaces it") != std::string::npos) --open;
    }
    EXPECT_LT(longest, count * 400U) << "no request has all of them";
    EXPECT_LE(open, 6U);
}

// The bridge waited for the acknowledgement of a subscription long after it had come, up to --start-timeout.
TEST_P(changes_of_a_modern_child, keep_the_bridge_from_no_end) {
    EXPECT_EQ(session_.request("resources/subscribe", R"({"uri":"test:a"})").at("result"), "{}");
    const auto began = std::chrono::steady_clock::now();
    host_.bridge().signal(SIGTERM);
    EXPECT_EQ(host_.bridge().wait(), clean_exit);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15));
}

TEST_P(changes_of_a_modern_child, are_watched_in_its_successor_too) {
    http_client stream = session_.listen();
    EXPECT_EQ(session_.request("resources/subscribe", R"({"uri":"test:a"})").at("result"), "{}");
    session_.call("crash");
    EXPECT_EQ(session_.call("slow", R"({"ms":0})").text(), "slept");
    session_.call("notify", notice("notifications/resources/updated", R"({"uri":"test:a"})"));
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/tools/list_changed")") << "the successor can have other lists";
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/resources/list_changed")");
    EXPECT_THAT(stream.read_event()->data, HasSubstr("test:a"));
}

// Nobody calls the new process: that its lists can be others is all that the client learns of it.
TEST_P(changes_of_a_modern_child, are_reported_when_another_process_replaces_it) {
    http_client stream = session_.listen();
    EXPECT_EQ(session_.call("slow", R"({"ms":0})").text(), "slept");
    ::kill(host_.last_child(), SIGKILL);
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/tools/list_changed")");
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/resources/list_changed")");
    session_.call("notify", notice("notifications/tools/list_changed"));
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/tools/list_changed")");
}

TEST_P(changes_of_a_modern_child, are_watched_again_when_the_child_ends_the_subscription) {
    http_client stream = session_.listen();
    ASSERT_TRUE(host_.receives("subscriptions/listen"));
    const std::string number(member(host_.line_with("subscriptions/listen"), "id"));
    session_.call("line", R"({"text":"{\"jsonrpc\":\"2.0\",\"id\":)" + number + R"(,\"result\":{\"resultType\":\"complete\"}}","then_answer":true})");
    // The bridge cannot know the changes in between.
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/tools/list_changed")");
    EXPECT_EQ(member(stream.read_event()->data, "method"), R"("notifications/resources/list_changed")");
}

}  // namespace
}  // namespace e2e
