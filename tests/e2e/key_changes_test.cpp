// Promise: keys can be changed while the bridge runs, and a hangup that asks for nothing else stops it in order; wrong keys are answered later
// and later, are logged, and cost nobody else anything.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using clock = std::chrono::steady_clock;

constexpr const char* alices = "alice-key-0123456789";
constexpr const char* bobs = "bob-key-0123456789";
constexpr const char* carols = "carol-key-0123456789";

std::string line(const std::string& name, const std::string& key) {
    return name + "=" + key + "\n";
}

int status_with(const hosted_fixture& host, const std::string& key) {
    return host.connect().post("/mcp", {{"x-functions-key", key}}, "").status;
}

// 415 says that the key was right, as the rest was not looked at before.
constexpr int let_in = 415;

class key_file {
public:
    explicit key_file(const std::string& text) : path_(folder_.file("keys", text)) {}
    const std::string& path() const { return path_; }
    void write(const std::string& text) const { std::ofstream(path_, std::ios::trunc) << text; }

private:
    temp_folder folder_;
    std::string path_;
};

class key_changes : public in_both_isolations {};
IN_BOTH_ISOLATIONS(key_changes);

TEST_P(key_changes, take_effect_at_a_hangup) {
    const key_file file(line("alice", alices) + line("bob", bobs));
    hosting host_with = how({"--keys-file", file.path()});
    host_with.headers = {{"x-functions-key", bobs}};
    hosted_fixture host(host_with);
    mcp_session alice(host.port(), {.headers = {{"x-functions-key", alices}}});
    alice.open();
    mcp_session bob = host.session();
    http_client hers = alice.listen();
    http_client his = bob.listen();
    http_client call = alice.begin_call("slow", R"({"ms":600000})");
    http_client his_call = bob.begin_call("slow", R"({"ms":2000})");
    ASSERT_TRUE(host.receives("600000"));
    ASSERT_TRUE(host.receives("2000"));

    file.write(line("bob", bobs) + line("carol", carols));
    host.bridge().signal(SIGHUP);
    ASSERT_TRUE(host.bridge().logs("read the keys again"));
    EXPECT_EQ(status_with(host, alices), 401);
    EXPECT_EQ(alice.request("tools/list").http.status, 401);
    EXPECT_EQ(status_with(host, bobs), let_in);
    EXPECT_EQ(status_with(host, carols), let_in);
    EXPECT_TRUE(hers.is_closed_by_server()) << "her stream ends";
    EXPECT_TRUE(call.is_closed_by_server()) << "and what she waits for";
    EXPECT_EQ(read_answer(his_call, bob.last_request_id()).text(), "slept") << "his goes on";
    EXPECT_FALSE(his.is_closed_by_server(milliseconds(200)));
    EXPECT_THAT(host.bridge().log(), HasSubstr("2 requests and streams of removed keys were ended"));
}

TEST_P(key_changes, leave_the_keys_when_the_file_is_wrong) {
    const key_file file(line("alice", alices));
    hosting host_with = how({"--keys-file", file.path()});
    host_with.headers = {{"x-functions-key", alices}};
    hosted_fixture host(host_with);
    mcp_session alice = host.session();
    const http_client hers = alice.listen();
    for (const auto& [text, says] : {std::pair{line("bob", bobs) + "no-name-but-secret\n", "line 2"}, std::pair{std::string("# nothing\n"), "no key"},
                                     std::pair{line("user:1", bobs), "reserved"}}) {
        file.write(text);
        host.bridge().signal(SIGHUP);
        ASSERT_TRUE(host.bridge().logs(says)) << says;
    }
    std::filesystem::remove(file.path());
    host.bridge().signal(SIGHUP);
    ASSERT_TRUE(host.bridge().logs("cannot read"));
    EXPECT_THAT(host.bridge().log(), HasSubstr("the keys stay as they were"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("secret")));
    EXPECT_EQ(status_with(host, alices), let_in);
    EXPECT_EQ(status_with(host, bobs), 401);
    EXPECT_EQ(alice.call("echo").text(), "ok");
    EXPECT_EQ(host.bridge().stop(), clean_exit);
}

TEST_P(key_changes, from_a_new_file_are_hidden_too) {
    const key_file file(line("alice", alices));
    hosting host_with = how({"--keys-file", file.path()});
    host_with.headers = {{"x-functions-key", alices}};
    hosted_fixture host(host_with);
    file.write(line("alice", alices) + line("carol", carols));
    host.bridge().signal(SIGHUP);
    ASSERT_TRUE(host.bridge().logs("read the keys again"));
    host.session().call("stderr", R"({"text":"a new key is )" + std::string(carols) + R"("})");
    EXPECT_TRUE(host.bridge().logs("a new key is ***"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr(carols)));
}

TEST_P(key_changes, are_no_reason_for_a_hangup_without_a_file) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":400})");
    ASSERT_TRUE(host.receives("slow"));
    host.bridge().signal(SIGHUP);
    EXPECT_TRUE(host.bridge().logs("stopping"));
    host.bridge().signal(SIGHUP);
    EXPECT_EQ(read_answer(call, session.last_request_id()).text(), "slept") << "a second hangup, as terminals send, hurries nothing";
    EXPECT_EQ(host.bridge().wait(), clean_exit);
}

/// The bridge, started by a shell whose command is `prologue`, with "$@" being the bridge's command.
child_process started_by(const std::string& prologue, const std::vector<std::string>& arguments) {
    child_options how{.command = {"/bin/sh", "-c", prologue, "sh", bridge_binary(), "--port", "0"}};
    how.command.insert(how.command.end(), arguments.begin(), arguments.end());
    how.command.insert(how.command.end(), {"--", fixture_binary()});
    return child_process(how);
}

bool logs(const child_process& bridge, std::string_view text) {
    return eventually([&] { return bridge.stderr_text().find(text) != std::string::npos; });
}

TEST(hangup, of_the_terminal_that_the_bridge_was_started_on_stops_it_in_order) {
    const key_file file(line("alice", alices));
    unique_fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    ASSERT_EQ(::grantpt(master.get()), 0);
    ASSERT_EQ(::unlockpt(master.get()), 0);
    // A session's leader without a terminal gets the one that it opens.
    child_process bridge = started_by("exec \"$@\" < " + std::string(::ptsname(master.get())), {"--keys-file", file.path()});
    ASSERT_TRUE(logs(bridge, "listening on"));
    master.reset();
    EXPECT_TRUE(logs(bridge, "stopped"));
    EXPECT_EQ(bridge.wait(), clean_exit);
    EXPECT_EQ(bridge.stderr_text().find("read the keys again"), std::string::npos);
}

TEST(hangup, that_is_ignored_stays_ignored) {
    child_process bridge = started_by("trap '' HUP; exec \"$@\"", {});
    ASSERT_TRUE(logs(bridge, "listening on"));
    bridge.signal(SIGHUP);
    EXPECT_FALSE(bridge.wait(milliseconds(300)).has_value()) << "nohup";
    bridge.signal(SIGTERM);
    EXPECT_EQ(bridge.wait(), clean_exit);
}

TEST(wrong_keys, are_answered_later_each_time_and_logged_a_few_times) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0"},
                         .environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices},
                         .headers = {{"x-functions-key", alices}}});
    http_client guesser = host.connect();
    std::vector<clock::duration> took;
    for (int i = 0; i < 14; ++i) {
        const auto begin = clock::now();
        EXPECT_EQ(guesser.post("/mcp", {{"Authorization", "Bearer secret-guess-" + std::to_string(i)}}, "").status, 401);
        took.push_back(clock::now() - begin);
    }
    EXPECT_TRUE(eventually([&] {
        const auto begin = clock::now();
        EXPECT_EQ(status_with(host, alices), let_in);
        return clock::now() - begin < 100ms;
    })) << "a right key waits for nothing";
    EXPECT_GE(took.front(), 25ms);
    EXPECT_GE(took.back(), 14 * 25ms);
    EXPECT_EQ(host.connect().post("/mcp", {}, "").status, 401);
    EXPECT_EQ(host.metric("mcp_bridge_wrong_keys_total"), 14) << "no key is no wrong key";
    const std::string log = host.bridge().log();
    EXPECT_THAT(log, HasSubstr("refused a wrong key from 127.0.0.1 (in Authorization; number 10 from there)"));
    EXPECT_THAT(log, Not(HasSubstr("number 11"))) << "ten lines a minute";
    EXPECT_THAT(log, Not(HasSubstr("secret-guess")));
}

TEST(wrong_keys, in_great_number_leave_room_for_right_ones) {
    hosted_fixture host({.arguments = {"--max-connections", "16"},
                         .environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices},
                         .headers = {{"x-functions-key", alices}}});
    for (int i = 0; i < 12; ++i) host.connect().post("/mcp", {{"x-functions-key", "wrong"}}, "");
    std::vector<http_client> guessers;
    for (int i = 0; i < 12; ++i) {
        guessers.push_back(host.connect());
        guessers.back().send_request("POST", "/mcp", {{"x-functions-key", "wrong"}}, "");
    }
    EXPECT_EQ(status_with(host, alices), let_in);
    int closed = 0;
    for (http_client& each : guessers) {
        const response_head head = each.read_head();
        EXPECT_EQ(head.status, 401);
        if (head.header("connection") == "close") ++closed;
    }
    EXPECT_GE(closed, 4) << "a quarter of 16 wait, the others are told at once and lose their connection";
    EXPECT_LE(closed, 8);
}

TEST(short_keys, are_warned_of) {
    hosted_fixture host(
        {.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices + ",bob=0123456789"}, .headers = {{"x-functions-key", alices}}});
    EXPECT_TRUE(host.bridge().logs("shorter than 16 characters can be guessed"));
    EXPECT_THAT(host.bridge().log(), HasSubstr("'bob'"));
    EXPECT_THAT(host.bridge().log(), Not(HasSubstr("'alice'")));
}

TEST(digests, stand_for_their_keys) {
    // printf %s alice-key-0123456789 | sha256sum
    const key_file file(line("alice", "sha256:7bafaa96aa2351e6b7fbc258246b08ee66ade6196c76850108303b1dd6d6eb62"));
    hosted_fixture host({.arguments = {"--keys-file", file.path()}, .headers = {{"x-functions-key", alices}}});
    EXPECT_EQ(host.session().call("echo").text(), "ok");
    EXPECT_EQ(status_with(host, "sha256:7bafaa96aa2351e6b7fbc258246b08ee66ade6196c76850108303b1dd6d6eb62"), 401);
}

}  // namespace
}  // namespace e2e
