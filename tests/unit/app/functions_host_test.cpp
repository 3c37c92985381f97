#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "bridge/app/options.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

// The options for these arguments, behind the Functions host or not.
options read(std::vector<const char*> arguments, bool on_functions = true) {
    arguments.insert(arguments.begin(), "mcp-bridge");
    arguments.insert(arguments.end(), {"--", "server"});
    if (on_functions) setenv("FUNCTIONS_CUSTOMHANDLER_PORT", "7000", 1);
    parsed out = parse_options(static_cast<int>(arguments.size()), arguments.data());
    unsetenv("FUNCTIONS_CUSTOMHANDLER_PORT");
    return std::move(out.value).value();
}

TEST(functions_host, has_no_exchange_of_ten_minutes) {
    const core::limits bounds = read({}).bounds;
    EXPECT_GT(bounds.stream_max_age, 0s);
    EXPECT_LT(bounds.stream_max_age, 600s);
    EXPECT_LT(bounds.request_timeout_most, 600s);
    EXPECT_LE(bounds.request_timeout, bounds.request_timeout_most);
    EXPECT_EQ(read({}, false).bounds.stream_max_age, 0s) << "elsewhere nobody ends long streams";
}

TEST(functions_host, gets_long_calls_as_tasks_before_clients_give_up) {
    EXPECT_EQ(read({}).bounds.task_after, 45s) << "some clients wait for 60 s";
    EXPECT_EQ(read({"--task-after", "0"}).bounds.task_after, 0s);
    EXPECT_EQ(read({}, false).bounds.task_after, 0s) << "elsewhere calls are answered";
}

TEST(functions_host, gets_every_reply_to_its_end) {
    EXPECT_FALSE(read({}).breaks_streams);
    EXPECT_TRUE(read({}, false).breaks_streams);
}

TEST(functions_host, is_told_something_well_before_its_clocks_run_out) {
    const core::limits bounds = read({}).bounds;
    EXPECT_LE(bounds.silence, 30s) << "the load balancer waits 230 s";
    EXPECT_GE(bounds.idle_timeout, 120s) << "the host keeps connections for more than a minute";
}

TEST(functions_host, gets_an_answer_in_time_where_replies_are_silent) {
    EXPECT_LT(read({}).bounds.silent_request_most, 230s);
    EXPECT_EQ(read({"--max-silent-time", "500"}).bounds.silent_request_most, 500s) << "who says otherwise gets it";
    EXPECT_GE(read({}, false).bounds.silent_request_most, read({}, false).bounds.request_timeout_most) << "elsewhere nobody cuts them";
}

TEST(functions_host, tells_users_apart_by_what_it_has_checked) {
    const auto personal = [](const char* name, const char* value, std::vector<const char*> arguments = {}) {
        if (*name != '\0') setenv(name, value, 1);
        const bool out = read(std::move(arguments)).platform.has_personal_keys;
        if (*name != '\0') unsetenv(name);
        return out;
    };
    EXPECT_TRUE(personal("", ""));
    EXPECT_FALSE(personal("AZURE_FUNCTIONS_ENVIRONMENT", "Development")) << "Core Tools ask for no key";
    EXPECT_FALSE(personal("WEBSITE_AUTH_ENABLED", "True")) << "who signed in counts";
    EXPECT_FALSE(personal("AzureFunctionsJobHost__customHandler__http__defaultAuthorizationLevel", "anonymous"));
    EXPECT_FALSE(personal("AzureFunctionsJobHost__customHandler__http__routes__0__authorizationLevel", "Anonymous"));
    EXPECT_FALSE(personal("", "", {"--functions-keys", "shared"}));
    EXPECT_FALSE(read({"--functions-keys", "personal"}, false).platform.has_personal_keys) << "elsewhere nobody has checked them";
}

TEST(functions_host, lets_the_user_say_otherwise) {
    EXPECT_EQ(read({"--stream-max-age", "0"}).bounds.stream_max_age, 0s);
    EXPECT_EQ(read({"--limit", "stream-max-age=0"}).bounds.stream_max_age, 0s);
    EXPECT_EQ(read({"--max-request-time", "1200"}).bounds.request_timeout_most, 1200s);
}

}  // namespace
}  // namespace bridge::app
