// Promise: clients that share a server learn nothing of each other from what it says of its own accord.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* late_log = R"({"method":"notifications/message","params":{"level":"info","data":"of the first"},"after_answer":true,"ms":50})";

TEST(shared_secrets, are_not_in_a_log_that_comes_while_another_waits) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session first = host.session();
    mcp_session second = host.session();
    EXPECT_EQ(first.call("notify", late_log).text(), "notified");
    const mcp_answer answer = second.call("slow", R"({"ms":300})");
    EXPECT_THAT(answer.earlier, IsEmpty());
    EXPECT_EQ(answer.text(), "slept");
}

TEST(shared_secrets, are_not_in_a_log_for_one_who_comes_after) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session first = host.session();
    EXPECT_EQ(first.call("notify", late_log).text(), "notified");
    first.terminate();
    mcp_session second = host.session();
    EXPECT_THAT(second.call("slow", R"({"ms":300})").earlier, IsEmpty());
}

TEST(shared_secrets, are_not_in_a_dying_servers_last_words) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session first = host.session();
    mcp_session second = host.session();
    http_client waiting = second.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"second"})"));
    ASSERT_TRUE(host.receives(R"("who":"second")"));
    first.call("crash", R"({"how":"signal:9","stderr":"of the first"})");
    const std::string text = error_text(read_answer(waiting, 1).message);
    EXPECT_THAT(text, HasSubstr("killed by signal 9"));
    EXPECT_THAT(text, Not(HasSubstr("of the first")));
    EXPECT_TRUE(host.bridge().logs("of the first")) << "whoever runs the server sees them";
}

// No log line of a shared server says whose it is, and its level would be that of all clients.
TEST(shared_secrets, are_why_no_client_sets_the_log_level) {
    hosted_fixture host({.isolation = "shared"});
    EXPECT_EQ(host.client().initialize().at("result/capabilities"), R"({"tools":{}})");
    mcp_session session = host.session();
    const mcp_answer refused = session.request("logging/setLevel", R"({"level":"debug"})");
    EXPECT_EQ(refused.http.status, 200);
    EXPECT_EQ(refused.at("error/code"), "-32601");
    EXPECT_THAT(error_text(refused.message), HasSubstr("share"));
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.line_with("logging/setLevel"), "");
}

TEST(shared_secrets, are_none_as_long_as_there_is_one_client) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session only = host.session();
    EXPECT_EQ(only.call("log", R"({"count":2})").earlier.size(), 2U);
    EXPECT_THAT(error_text(only.call("crash", R"({"stderr":"out of coffee"})").message), HasSubstr("out of coffee"));
}

}  // namespace
}  // namespace e2e
