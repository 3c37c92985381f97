// Promise: a server that speaks only revision 2026-07-28 serves clients of both eras without an option, also if it ends or is silent when it gets
// `initialize`. A server of older revisions that fails in that way is started once more a minute at most, and its own words reach the client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A client comes first, and the bridge never looks at the server itself.
const std::vector<std::string> never_tries = {"--limit", "trial-after=1000"};
// Silence is found out soon, but a server that answers has time to start on a busy machine.
const std::vector<std::string> soon = {"--start-timeout", "2", "--stop-grace", "0.1"};

std::vector<std::string> joined(std::vector<std::string> one, const std::vector<std::string>& two) {
    one.insert(one.end(), two.begin(), two.end());
    return one;
}

class unanswered_initialize : public testing::TestWithParam<const char*> {
protected:
    static hosting modern(const std::vector<std::string>& flags, const std::vector<std::string>& arguments = never_tries) {
        return {.isolation = GetParam(), .arguments = arguments, .flags = joined({"--era", "modern"}, flags), .works = false};
    }
    static hosting legacy(const std::vector<std::string>& flags, const std::vector<std::string>& arguments = never_tries) {
        return {.isolation = GetParam(), .arguments = arguments, .flags = flags, .works = false};
    }
    static bool is_for_requests() { return std::string_view(GetParam()) == "request"; }

    /// A client of each era is served by its first request, and `initialize` is sent once.
    static void expect_service(const hosting& wanted) {
        hosted_fixture host(wanted);
        mcp_session session = host.client();
        const mcp_answer opened = session.initialize();
        ASSERT_NE(opened.at("result"), "") << opened.message << '\n' << host.bridge().log();
        session.notify("notifications/initialized");
        EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
        EXPECT_EQ(std::ranges::count(host.received_methods(), "initialize"), 1);
        EXPECT_EQ(modern_client(host).call("slow", R"({"ms":0})").text(), "slept");
        EXPECT_TRUE(eventually([&] { return host.connect().get("/readyz").status == 200; }));
        EXPECT_THAT(host.bridge().log(), AllOf(HasSubstr("was not opened in the legacy era"), Not(HasSubstr("could not open the server"))));
    }
};
IN_ALL_ISOLATIONS(unanswered_initialize);

TEST_P(unanswered_initialize, of_a_server_that_ends_leads_to_the_modern_era) {
    for (const char* const ending : {"exit:0", "exit:3", "signal:11"}) {
        SCOPED_TRACE(ending);
        expect_service(modern({"--crash-on", "initialize", "--crash-by", ending}));
    }
}

TEST_P(unanswered_initialize, of_a_server_that_is_silent_leads_to_the_modern_era) {
    expect_service(modern({"--silent-on", "initialize"}, joined(never_tries, soon)));
}

TEST_P(unanswered_initialize, of_servers_that_write_something_else_leads_to_the_modern_era) {
    expect_service(modern({"--banner", "3", "--prompt", "Enter your key: ", "--crash-on", "initialize"}));
    expect_service(modern({"--echo", "--silent-on", "initialize"}, joined(never_tries, soon)));
    expect_service(modern({"--fault", "unknown_id", "--fault-at", "initialize"}, joined(never_tries, soon)));
    expect_service(modern({"--fault", "close_stdout", "--fault-at", "initialize"}, joined(never_tries, soon)));
}

// The other process starts after the end of the first one.
TEST_P(unanswered_initialize, of_a_server_that_locks_something_leads_to_the_modern_era) {
    if (is_for_requests()) GTEST_SKIP() << "each request has a process, so a lock that outlives a request cannot work";
    for (const char* const flag : {"--crash-on", "--silent-on"}) {
        const temp_folder folder;
        hosted_fixture host(modern({flag, "initialize", "--lock", folder.path("lock")}, joined(never_tries, soon)));
        mcp_session session = host.client();
        EXPECT_NE(session.initialize().at("result"), "") << flag << host.bridge().log();
    }
}

TEST_P(unanswered_initialize, leads_a_client_of_the_modern_era_there_too) {
    for (const char* const flag : {"--crash-on", "--silent-on"}) {
        hosted_fixture host(modern({flag, "initialize"}, joined(never_tries, soon)));
        EXPECT_EQ(modern_client(host).call("slow", R"({"ms":0})").text(), "slept") << flag << host.bridge().log();
    }
}

TEST_P(unanswered_initialize, is_found_out_without_a_client) {
    for (const char* const flag : {"--crash-on", "--silent-on"}) {
        hosted_fixture host(modern({flag, "initialize"}, soon));
        EXPECT_TRUE(eventually([&] { return host.connect().get("/readyz").status == 200; })) << flag << host.bridge().log();
        EXPECT_EQ(std::ranges::count(host.received_methods(), "initialize"), 1) << flag;
    }
}

TEST_P(unanswered_initialize, teaches_nothing_if_the_operator_says_which_era_it_is) {
    hosted_fixture host(modern({"--crash-on", "initialize", "--last-words", "no luck"}, joined(never_tries, {"--child-era", "legacy"})));
    EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("no luck"));
    EXPECT_THAT(host.received_methods(), Not(Contains("server/discover")));
}

// ---- servers of the legacy era

TEST_P(unanswered_initialize, of_a_legacy_server_is_reported_in_its_first_words) {
    const temp_folder folder;
    for (const std::vector<std::string>& reaction : {std::vector<std::string>{},
                                                     {"--on-discover", "exit"},
                                                     {"--on-discover", "silence"},
                                                     {"--fault", "unknown_id", "--fault-at", "server/discover"}}) {
        SCOPED_TRACE(testing::PrintToString(reaction));
        hosted_fixture host(legacy(joined({"--crash-on", "initialize", "--last-words", "no license"}, reaction), joined(never_tries, soon)));
        EXPECT_THAT(error_text(host.client().initialize().message), AllOf(HasSubstr("exit status 3"), HasSubstr("no license")));
        EXPECT_TRUE(host.bridge().logs("could not open the server: the server could not be initialised: the server process ended (exit status 3)"));
        EXPECT_THAT(host.connect().get("/readyz").body, Not(HasSubstr("server/discover")));
    }
}

// The last error would be that of `server/discover`, which says less.
TEST_P(unanswered_initialize, is_no_better_than_a_refused_one_for_a_server_of_neither_era) {
    for (const std::vector<std::string>& reaction : {std::vector<std::string>{"--on-discover", "exit"},
                                                     {"--on-discover", "silence"},
                                                     {"--fault", "unknown_id", "--fault-at", "server/discover"}}) {
        SCOPED_TRACE(testing::PrintToString(reaction));
        hosted_fixture host(legacy(joined({"--refuse", "initialize"}, reaction), joined(never_tries, soon)));
        EXPECT_THAT(host.client().initialize().message, HasSubstr("refused as told"));
    }
}

// The failure counts once, and the process that was started for the modern era counts nothing.
TEST_P(unanswered_initialize, of_a_legacy_server_costs_one_more_process_a_minute) {
    // With the words of a client nothing is certain, so the bridge tries its own after them.
    const bool is_own_look_next = std::string_view(GetParam()) == "session";
    const std::string loop = is_own_look_next ? "max-short-lives=3" : "max-short-lives=2";
    hosted_fixture host(legacy({"--crash-on", "initialize", "--last-words", "no license"}, joined(never_tries, {"--limit", loop})));
    for (int i = 0; i < 2; ++i) {
        const mcp_answer answer = host.client().initialize();
        EXPECT_EQ(answer.http.status, 200) << i;
        EXPECT_THAT(error_text(answer.message), HasSubstr("no license")) << i;
    }
    const std::vector<std::string> methods = host.received_methods();
    EXPECT_EQ(std::ranges::count(methods, "server/discover"), 1);
    EXPECT_GE(std::ranges::count(methods, "initialize"), 2);
}

// Each of the waiting clients began a try, and their failures made a crash loop.
TEST_P(unanswered_initialize, of_many_clients_leads_to_one_try) {
    for (const std::vector<std::string>& server : {std::vector<std::string>{"--refuse", "initialize", "--on-discover", "exit"},
                                                   {"--refuse", "initialize"},
                                                   {"--crash-on", "initialize", "--last-words", "refused as told", "--on-discover", "exit"}}) {
        SCOPED_TRACE(testing::PrintToString(server));
        hosted_fixture host(legacy(server, joined(never_tries, {"--limit", "first-answer-wait=0.1", "--limit", "max-short-lives=20"})));
        std::vector<http_client> waiting;
        constexpr int clients = 6;
        for (int i = 0; i < clients; ++i) {
            const char* const words = R"({"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}})";
            waiting.push_back(host.client().begin("initialize", words));
        }
        for (http_client& each : waiting) EXPECT_THAT(read_answer(each, 1).message, HasSubstr("refused as told"));
        EXPECT_EQ(std::ranges::count(host.received_methods(), "server/discover"), 1);
    }
}

class unread_initialize : public testing::Test {
protected:
    static hosting how(const std::vector<std::string>& flags) { return {.arguments = joined(never_tries, soon), .flags = flags, .works = false}; }
};

// It would fail in the modern era as well, and take as long for it.
TEST_F(unread_initialize, of_a_server_that_fails_at_its_start_leads_to_no_other_process) {
    hosted_fixture host(how({"--crash-on", "start", "--last-words", "no license"}));
    ASSERT_TRUE(eventually([&] { return host.starts().size() == 1 && children_of(host.bridge().pid()).empty(); }));
    EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("no license"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("was not opened in the legacy era")));
    EXPECT_EQ(host.starts().size(), 2U) << "the process that the bridge started first, and that of the client";
}

TEST_F(unread_initialize, of_a_server_that_still_starts_leads_to_no_other_process) {
    hosted_fixture host(how({"--not-reading"}));
    EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("did not answer initialize in time"));
    EXPECT_EQ(host.starts().size(), 1U);
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("was not opened in the legacy era")));
}

// The client would wait for another start timeout otherwise.
TEST(silence_in_both_eras, costs_a_client_a_few_seconds) {
    hosted_fixture host({.arguments = never_tries, .flags = {"--crash-on", "initialize", "--on-discover", "silence"}, .works = false});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("exit status 3"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
}

}  // namespace
}  // namespace e2e
