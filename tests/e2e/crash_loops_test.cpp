// Promise: a server that cannot live is not started over and over; clients are told so at once and why, none of them pays
// for another's calls, and all goes on by itself once the server is mended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr long server_error = -32000;
constexpr std::size_t short_lives = 5;  // that make a crash loop

void expect_refusal(const mcp_answer& answer, const std::string& says) {
    EXPECT_EQ(answer.http.status, 503);
    EXPECT_GE(integer(answer.http.header("retry-after"), 0), 1);
    EXPECT_EQ(error_code(answer.message), server_error) << answer.message;
    EXPECT_THAT(error_text(answer.message), HasSubstr("not started again for"));
    EXPECT_THAT(error_text(answer.message), HasSubstr(says));
}

/// The median of several tries: the machine may be busy with something else at times.
std::chrono::steady_clock::duration usual_time(const std::function<void()>& work) {
    std::vector<std::chrono::steady_clock::duration> times;
    for (int i = 0; i < 21; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::steady_clock::now() - begin);
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

class crash_loops : public testing::TestWithParam<const char*> {
protected:
    static hosting broken(std::vector<std::string> flags, std::vector<std::string> arguments = {}) {
        return {.isolation = GetParam(), .arguments = std::move(arguments), .flags = std::move(flags), .works = false};
    }
};
IN_ALL_ISOLATIONS(crash_loops);

TEST_P(crash_loops, of_a_server_that_dies_at_its_start_start_few_processes) {
    hosted_fixture host(broken({"--crash-on", "start", "--crash-by", "exit:42", "--last-words", "no license found"}));
    // Whoever comes until then is told what became of the start that was made for it.
    mcp_answer answer;
    ASSERT_TRUE(eventually([&] {
        answer = host.client().initialize();
        EXPECT_THAT(error_text(answer.message), HasSubstr("exit status 42"));
        return answer.http.status == 503;
    }));
    expect_refusal(answer, "no license found");
    const std::size_t before = host.starts().size();
    EXPECT_LE(before, short_lives + 1);
    EXPECT_LT(usual_time([&] { expect_refusal(host.client().initialize(), "exit status 42"); }), 50ms);
    EXPECT_TRUE(stays_true([&] { return host.starts().size() == before; }, 1s));
    const http_response page = host.connect().get("/readyz");
    EXPECT_EQ(page.status, 503);
    EXPECT_THAT(page.body, HasSubstr("no license found"));
    EXPECT_EQ(host.bridge().stop(), clean_exit);
}

TEST_P(crash_loops, with_many_clients_at_once_are_bounded_too) {
    hosted_fixture host(broken({"--crash-on", "initialize"}, {"--max-children", "4"}));
    std::vector<http_client> all;
    const std::string body =
        request_text("1", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}})");
    const http_headers headers = host.client().headers();
    for (int i = 0; i < 50; ++i) {
        all.push_back(host.connect());
        all.back().send_request("POST", "/mcp", headers, body);
    }
    for (http_client& each : all) {
        const int status = each.read_head().status;
        EXPECT_TRUE(status == 200 || status == 503) << status;
    }
    EXPECT_LE(host.starts().size(), short_lives + 4);
}

TEST_P(crash_loops, heal_when_the_server_is_mended) {
    const temp_folder folder;
    const std::string switch_file = folder.file("broken", "");
    const std::string starts = folder.path("starts");
    const std::string script = folder.file(
        "server.sh", "[ -e " + switch_file + " ] && { echo 'went away' >&2; echo >> " + starts + "; exit 9; }\nexec " + fixture_binary() + "\n");
    bridge_process bridge(
        {.arguments = {"--isolation", GetParam(), "--limit", "crash-cool-down=0.3", "--limit", "stable-after=0.3"}, .server = {"/bin/sh", script}});
    ASSERT_TRUE(eventually([&] { return mcp_session(bridge.port()).initialize().http.status == 503; }));
    const http_response page = bridge.connect().get("/readyz");
    EXPECT_EQ(page.status, 503);
    EXPECT_THAT(page.body, HasSubstr("went away"));
    // Tried again and again, one at a time, as long as somebody wants it.
    const std::size_t before = lines_of(starts).size();
    ASSERT_TRUE(eventually([&] {
        mcp_session(bridge.port()).initialize();
        return lines_of(starts).size() >= before + 2;
    }));
    EXPECT_EQ(bridge.connect().get("/readyz").status, 503);
    std::filesystem::remove(switch_file);
    mcp_session session(bridge.port());
    ASSERT_TRUE(eventually([&] { return session.initialize().http.status == 200 && !session.id().empty(); }));
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
}

// Whoever asks whether it is ready is enough to find out.
TEST_P(crash_loops, heal_without_any_client) {
    const temp_folder folder;
    const std::string switch_file = folder.file("broken", "");
    const std::string script = folder.file("server.sh", "[ -e " + switch_file + " ] && exit 9\nexec " + fixture_binary() + "\n");
    bridge_process bridge(
        {.arguments = {"--isolation", GetParam(), "--limit", "crash-cool-down=0.3", "--limit", "stable-after=0.3", "--limit", "max-short-lives=1"},
         .server = {"/bin/sh", script}});
    ASSERT_TRUE(eventually([&] { return bridge.connect().get("/readyz").body.find("exit status 9") != std::string::npos; }));
    std::filesystem::remove(switch_file);
    EXPECT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }, 20s));
}

/// Sends `body` on several connections while `bridge` stands still, until `moment`: so it reads all of them at once then.
std::vector<http_response> answers_to_a_burst(const bridge_process& bridge, const http_headers& headers, const std::string& body,
                                              std::chrono::steady_clock::time_point moment) {
    std::vector<http_client> all;
    for (int i = 0; i < 6; ++i) {
        all.push_back(bridge.connect());
        EXPECT_EQ(all.back().get("/healthz").status, 200);
    }
    bridge.signal(SIGSTOP);
    for (http_client& each : all) each.send_request("POST", "/mcp", headers, body);
    EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() >= moment; }));
    bridge.signal(SIGCONT);
    std::vector<http_response> out;
    for (http_client& each : all) {
        http_response answer{each.read_head(), {}};
        answer.body = each.read_body();
        out.push_back(std::move(answer));
    }
    return out;
}

/// One was the trial, and the others were refused as in the crash loop itself.
void expect_one_trial(const std::vector<http_response>& answers) {
    std::size_t served = 0;
    for (const http_response& each : answers) {
        if (each.status == 200) {
            ++served;
            EXPECT_NE(member(each.body, "result"), "") << each.body;
            continue;
        }
        EXPECT_EQ(each.status, 503);
        EXPECT_GE(integer(each.header("retry-after"), 0), 1);
        EXPECT_EQ(error_code(each.body), server_error) << each.body;
        EXPECT_THAT(error_text(each.body), HasSubstr("is being tried again"));
    }
    EXPECT_GE(served, 1U);
    EXPECT_LT(served, answers.size());
}

class trial_after_a_crash_loop : public testing::Test {
protected:
    /// Dies while it is to be broken; else it takes its time, so that the trial lasts.
    bridge_options slow_server(const char* isolation) const {
        const std::string script =
            folder_.file("server.sh", "[ -e " + switch_ + " ] && exit 9\n[ -e " + slow_ + " ] && sleep 1\nexec " + fixture_binary() + "\n");
        return {.arguments = {"--isolation", isolation, "--warm", "0", "--limit", "crash-cool-down=0.5", "--limit", "max-short-lives=1"},
                .server = {"/bin/sh", script}};
    }
    void mend() const {
        folder_.file("slow", "");
        std::filesystem::remove(switch_);
    }

    const temp_folder folder_;
    const std::string switch_ = folder_.path("broken");
    const std::string slow_ = folder_.path("slow");
};

TEST_F(trial_after_a_crash_loop, refuses_the_sessions_that_are_opened_beside_it) {
    bridge_process bridge(slow_server("session"));
    const mcp_session client(bridge.port());
    // While a server has never answered, starts wait for its first answer instead.
    mcp_session(bridge.port()).open();
    folder_.file("broken", "");
    ASSERT_TRUE(eventually([&] { return mcp_session(bridge.port()).initialize().http.status == 503; }));
    mend();
    const std::string body =
        request_text("1", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}})");
    expect_one_trial(answers_to_a_burst(bridge, client.headers(), body, std::chrono::steady_clock::now() + 600ms));
}

TEST_F(trial_after_a_crash_loop, refuses_the_calls_that_are_made_beside_it) {
    bridge_process bridge(slow_server("request"));
    mcp_session client(bridge.port());
    client.open();
    folder_.file("broken", "");
    ASSERT_TRUE(eventually([&] { return client.call("echo").http.status == 503; }));
    mend();
    expect_one_trial(answers_to_a_burst(bridge, client.headers(), call_text("7", "echo"), std::chrono::steady_clock::now() + 600ms));
}

// ---- after the handshake

class crash_loops_after_the_handshake : public in_both_isolations {};
IN_BOTH_ISOLATIONS(crash_loops_after_the_handshake);

TEST_P(crash_loops_after_the_handshake, start_few_processes_too) {
    hosting dying = how({}, {"--crash-on", "notifications/initialized"});
    dying.works = false;
    hosted_fixture host(dying);
    // What a client does that does not give up.
    ASSERT_TRUE(eventually([&] {
        mcp_session session = host.client();
        const mcp_answer opened = session.initialize();
        if (opened.http.status == 503) return true;
        if (session.id().empty()) return false;
        session.notify("notifications/initialized");
        return session.call("echo").http.status == 503;
    }));
    const std::size_t before = host.starts().size();
    // A call that was on its way makes some of them the caller's doing.
    EXPECT_LE(before, 2 * short_lives);
    EXPECT_TRUE(stays_true([&] { return host.starts().size() == before; }, 1s));
    const http_response page = host.connect().get("/readyz");
    EXPECT_EQ(page.status, 503);
    EXPECT_THAT(page.body, HasSubstr("exit status 3"));
}

// ---- the calls of one client

TEST(crash_loops_of_one_client, are_its_own) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=1000"}});
    mcp_session other = host.session();
    mcp_session poisoner = host.session();
    for (std::size_t i = 0; i < short_lives; ++i) {
        const mcp_answer died = poisoner.call("crash", R"({"how":"exit:5","stderr":"poisoned"})");
        EXPECT_EQ(died.http.status, 200);
        EXPECT_THAT(error_text(died.message), HasSubstr("exit status 5"));
    }
    const std::size_t before = host.starts().size();
    mcp_answer refused;
    EXPECT_LT(usual_time([&] { refused = poisoner.call("echo"); }), 50ms);
    expect_refusal(refused, "poisoned");
    EXPECT_EQ(refused.at("id"), std::to_string(poisoner.last_request_id()));
    EXPECT_EQ(host.starts().size(), before);
    EXPECT_EQ(other.call("echo").text(), "ok");
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
    EXPECT_EQ(host.session().call("echo").text(), "ok");
}

// Makes the fixture die when a client opens with it.
const std::string poison = R"({"experimental":{"poison":{}}})";

TEST(crash_loops_of_one_client, that_come_of_the_words_it_opens_with_are_its_own_too) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=1000"}, .flags = {"--crash-at", "poison"}});
    for (std::size_t i = 0; i < 3 * short_lives; ++i) {
        const mcp_answer died = host.client({.capabilities = poison}).initialize();
        EXPECT_EQ(died.http.status, 200);
        EXPECT_THAT(error_text(died.message), HasSubstr("exit status 3"));
        EXPECT_EQ(host.session().call("echo").text(), "ok") << "after " << i + 1;
    }
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
}

// Nobody else comes: the bridge has to find out by itself that it is not the server.
TEST(crash_loops_of_one_client, that_come_of_its_words_alone_make_the_bridge_try_its_own) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=1000"}, .flags = {"--crash-at", "poison"}});
    for (std::size_t i = 0; i < 3 * short_lives; ++i) {
        EXPECT_EQ(host.client({.capabilities = poison}).initialize().http.status, 200) << i;
    }
    // Each five deaths, one look.
    EXPECT_TRUE(eventually([&] { return host.starts_since_ready() >= 3 * short_lives + 1; }));
    EXPECT_EQ(host.session().call("echo").text(), "ok");
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
}

TEST(crash_loops_of_one_client, are_the_servers_if_it_fails_of_the_bridges_words_too) {
    const temp_folder folder;
    const std::string starts = folder.path("starts");
    const std::string script = folder.file("server.sh", "echo >> " + starts + "\n[ -e " + folder.path("broken") + " ] && exec " + fixture_binary() +
                                                            " --crash-on initialize\nexec " + fixture_binary() + "\n");
    bridge_process bridge({.arguments = {"--limit", "crash-cool-down=1000"}, .server = {"/bin/sh", script}});
    ASSERT_TRUE(eventually([&] { return bridge.connect().get("/readyz").status == 200; }));
    folder.file("broken", "");
    const std::size_t before = lines_of(starts).size();
    mcp_answer answer;
    ASSERT_TRUE(eventually([&] {
        answer = mcp_session(bridge.port()).initialize();
        return answer.http.status == 503;
    }));
    expect_refusal(answer, "exit status 3");
    EXPECT_LE(lines_of(starts).size(), before + 2 * short_lives);
}

TEST(crash_loops_of_one_client, end_with_the_cool_down) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=0.3", "--limit", "max-short-lives=2"}});
    mcp_session session = host.session();
    for (int i = 0; i < 2; ++i) session.call("crash");
    EXPECT_EQ(session.call("echo").http.status, 503);
    EXPECT_TRUE(eventually([&] { return session.call("echo").text() == "ok"; }));
}

TEST(crash_loops_of_one_client, close_a_shared_server_and_are_seen_from_outside) {
    hosted_fixture host({.isolation = "shared", .arguments = {"--limit", "crash-cool-down=1000", "--limit", "max-short-lives=2"}});
    mcp_session poisoner = host.session();
    mcp_session other = host.session();
    for (int i = 0; i < 2; ++i) poisoner.call("crash", R"({"stderr":"about one client's call"})");
    const mcp_answer refused = other.call("echo");
    expect_refusal(refused, "exit status 3");
    EXPECT_THAT(error_text(refused.message), testing::Not(HasSubstr("about one client")));
    EXPECT_EQ(host.connect().get("/readyz").status, 503);
    EXPECT_EQ(host.client().initialize().http.status, 503);
}

TEST(crash_loops_of_one_client, are_told_to_each_member_of_a_batch) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=1000", "--limit", "max-short-lives=1"}});
    mcp_session session = host.session({.version = "2025-03-26"});
    session.call("crash");
    const http_response answer = session.post("[" + call_text("1", "echo") + "," + call_text("2", "echo") + "]");
    const auto all = elements(answer.body);
    ASSERT_EQ(all.size(), 2U);
    for (const auto each : all) EXPECT_THAT(error_text(each), HasSubstr("not started again"));
}

TEST(crash_loops_of_one_client, are_told_over_http_sse_too) {
    hosted_fixture host({.arguments = {"--limit", "crash-cool-down=1000", "--limit", "max-short-lives=1"}});
    sse_session session(host.port());
    session.open();
    // Its open stream is a reason to bring the server back, which the crash loop forbids.
    session.call("crash");
    const http_response refused = session.post(call_text("9", "echo"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_THAT(error_text(refused.body), HasSubstr("not started again for"));
}

// Restarts wait for their delay, and no client for longer than its own deadline.
TEST(restart_delays, hold_nobody_beyond_its_deadline) {
    hosted_fixture host({.arguments = {"--limit", "restart-delay=20", "--request-timeout", "0.5", "--start-timeout", "60"}});
    mcp_session session = host.session();
    for (int i = 0; i < 2; ++i) session.call("crash");
    const std::size_t before = host.starts().size();
    const mcp_answer answer = session.call("echo");
    EXPECT_EQ(error_text(answer.message), "Request timed out");
    EXPECT_EQ(host.starts().size(), before);
    EXPECT_EQ(host.bridge().stop(), clean_exit) << "nothing waits for the delay any more";
}

TEST(restart_delays, grow_with_each_short_life) {
    hosted_fixture host({.arguments = {"--limit", "restart-delay=1"}});
    mcp_session session = host.session();
    const auto time_to_restart = [&] {
        session.call("crash");
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_EQ(session.call("echo").text(), "ok");
        return std::chrono::steady_clock::now() - begin;
    };
    EXPECT_LT(time_to_restart(), 950ms) << "the first at once";
    EXPECT_GE(time_to_restart(), 950ms);
    EXPECT_GE(time_to_restart(), 1950ms);
}

// ---- readiness

TEST(readiness, says_what_holds_over_the_whole_life) {
    const temp_folder folder;
    const std::string switch_file = folder.path("broken");
    const std::string script = folder.file("server.sh", "[ -e " + switch_file + " ] && { echo 'went away' >&2; exit 9; }\nexec " + fixture_binary() +
                                                            " --starts " + folder.path("starts") + "\n");
    bridge_process bridge({.arguments = {"--limit", "crash-cool-down=0.3", "--limit", "stable-after=0.3"}, .server = {"/bin/sh", script}});
    const auto ready = [&] { return bridge.connect().get("/readyz").status; };
    ASSERT_TRUE(eventually([&] { return ready() == 200; }));
    ASSERT_TRUE(eventually([&] { return children_of(bridge.pid()).empty(); }));
    EXPECT_EQ(ready(), 200) << "no child is needed";
    mcp_session session(bridge.port());
    session.open();
    EXPECT_EQ(session.call("crash").http.status, 200);
    EXPECT_EQ(ready(), 200) << "one client's call ended its own";
    folder.file("broken", "");
    EXPECT_THAT(error_text(session.call("echo").message), HasSubstr("went away"));
    const http_response page = bridge.connect().get("/readyz");
    EXPECT_EQ(page.status, 503);
    EXPECT_NE(page.header("retry-after"), "");
    EXPECT_THAT(page.body, HasSubstr("exit status 9"));
    EXPECT_THAT(page.body, HasSubstr("went away"));
    ASSERT_TRUE(eventually([&] { return session.call("echo").http.status == 503; }));
    EXPECT_EQ(ready(), 503);
    std::filesystem::remove(switch_file);
    ASSERT_TRUE(eventually([&] { return session.call("echo").text() == "ok"; }));
    EXPECT_TRUE(eventually([&] { return ready() == 200; }));
}

}  // namespace
}  // namespace e2e
