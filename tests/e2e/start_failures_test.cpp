// Promise: a server that does not start says which step failed, of which program, why, and what to do, to its client and to whoever asks
// whether the bridge is ready, and tells neither what it was started with. One whose file only lost its permission starts. Without a command
// to start the bridge ends at once, except behind the Functions host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/e2e/functions_bridge.hpp"
#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* secret = "s3cret-argument";

struct failure {
    std::vector<std::string> server;
    std::string says;
    std::vector<std::string> arguments{};
    std::vector<std::string> environment{};
};

class start_failures : public testing::TestWithParam<const char*> {
protected:
    void expect(const failure& each) const {
        bridge_process bridge({.arguments = arguments_for(each), .server = server_for(each), .environment = each.environment});
        expect_told(each, bridge.port());
        EXPECT_EQ(bridge.stop(), clean_exit);
    }

    // Behind the Functions host the bridge serves, whatever its command is.
    void expect_on_functions(const failure& each) const {
        functions_bridge bridge({.arguments = arguments_for(each), .server = server_for(each)});
        expect_told(each, bridge.port());
        bridge.process().signal(SIGTERM);
        EXPECT_EQ(bridge.process().wait(), clean_exit);
    }

    // Elsewhere it ends before anything is started, with a text that has all of the hint.
    void expect_end(const failure& each, const std::string& hint) const {
        std::vector<std::string> all = arguments_for(each);
        all.insert(all.end(), {"--port", "0", "--"});
        for (const std::string& word : server_for(each)) all.push_back(word);
        const finished_bridge ended = run_bridge(all, each.environment);
        EXPECT_EQ(ended.status, (exit_status{true, 1})) << each.says;
        EXPECT_THAT(ended.log, AllOf(HasSubstr(each.says), HasSubstr(hint), Not(HasSubstr("s3cret")), Not(HasSubstr("listening"))));
    }

    static std::vector<std::string> arguments_for(const failure& each) {
        std::vector<std::string> arguments = {"--isolation", GetParam(), "--warm", "0", "--env", "TOKEN=s3cret-variable"};
        arguments.insert(arguments.end(), each.arguments.begin(), each.arguments.end());
        return arguments;
    }

    static std::vector<std::string> server_for(const failure& each) {
        std::vector<std::string> server = each.server;
        server.emplace_back(secret);
        return server;
    }

    static void expect_told(const failure& each, std::uint16_t port) {
        const mcp_answer answer = mcp_session(port).initialize();
        EXPECT_EQ(answer.http.status, 200) << each.says;
        EXPECT_EQ(answer.http.header("mcp-session-id"), "");
        EXPECT_EQ(error_code(answer.message), -32603) << answer.message;
        const auto tells = AllOf(HasSubstr(each.says), Not(HasSubstr("s3cret")));
        EXPECT_THAT(error_text(answer.message), tells);
        http_response page;
        // The bridge's own first look, which began before the client came, can end after it was answered.
        EXPECT_TRUE(eventually([&] {
            page = http_client(port).get("/readyz");
            return page.body.find("is being started") == std::string::npos;
        }));
        EXPECT_EQ(page.status, 503) << each.says;
        EXPECT_THAT(page.body, tells);
        EXPECT_NE(page.header("retry-after"), "");
    }

    std::string executable(const std::string& name, const std::string& text) const {
        const std::string path = folder_.file(name, text);
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }

    const temp_folder folder_;
};
IN_ALL_ISOLATIONS(start_failures);

TEST_P(start_failures, before_there_is_a_process_name_step_program_and_error) {
    const std::string text = folder_.file("text", "no program\n");
    const std::string garbage = executable("garbage", "\x01\x02");
    const std::string orphan = executable("orphan.sh", "#!/no/such/interpreter\n");
    expect_on_functions({{"/no/such/server"}, "could not find the command '/no/such/server': No such file or directory"});
    expect_on_functions({{text}, "could not find the command '" + text + "': Permission denied; it is a text file, not a program"});
    expect_on_functions({{"cat"}, "could not enter the working directory of 'cat': No such file or directory", {"--cwd", "/no/such"}});
    expect({{garbage}, "could not start the command '" + garbage + "': Exec format error"});
    expect({{orphan}, "could not find the interpreter or loader of '" + orphan + "': No such file or directory"});
}

TEST_P(start_failures, of_a_command_that_is_not_there_end_the_bridge_with_a_hint) {
    const std::string text = folder_.file("server.py", "print('no program')\n");
    expect_end({{"/no/such/server"}, "could not find the command '/no/such/server': No such file or directory"}, "");
    for (const auto& [command, hint] : {std::pair("npx", "Node.js"), std::pair("uvx", "pipx install uv"), std::pair("docker", "docker.io"),
                                        std::pair("dnx", "dotnet dnx"), std::pair("no-such-command", "no folder of PATH has it")}) {
        expect_end({{command}, "could not find the command '" + std::string(command) + "'", {}, {"PATH=/nowhere"}}, hint);
    }
    expect_end({{"npx -y server"}, "could not find the command 'npx -y server'"}, "drop the quotes");
    expect_end({{folder_.path("")}, "Is a directory"}, "it is a folder; name the program in it");
    expect_end({{text}, "Permission denied"}, "start it with: python3 " + text);
    expect_end({{"cat"}, "could not enter the working directory of 'cat': No such file or directory", {"--cwd", "/no/such"}}, "");
    expect_end({{"cat"}, "could not enter the working directory of 'cat': Not a directory", {"--cwd", text}}, "");
}

TEST_P(start_failures, of_a_server_that_misses_a_variable_say_how_it_is_passed_on) {
    const std::vector<std::string> server = {"/bin/sh", "-c", "echo 'Error: SHOP_API_KEY is required' >&2; exit 1"};
    expect({server, "does not pass it on to the server; to pass it on: --env SHOP_API_KEY", {}, {"SHOP_API_KEY=s3cret-key"}});
    bridge_process bridge({.arguments = {"--isolation", GetParam()}, .server = server, .environment = {"SHOP_API_KEY=s3cret-key"}});
    EXPECT_TRUE(bridge.logs("to pass it on: --env SHOP_API_KEY"));
    EXPECT_THAT(bridge.log(), Not(HasSubstr("s3cret")));
    bridge_process passing(
        {.arguments = {"--isolation", GetParam(), "--env", "SHOP_API_KEY"}, .server = server, .environment = {"SHOP_API_KEY=s3cret-key"}});
    EXPECT_THAT(error_text(mcp_session(passing.port()).initialize().message), AllOf(HasSubstr("is required"), Not(HasSubstr("--env"))));
}

TEST_P(start_failures, of_a_process_that_dies_tell_how_and_its_last_words) {
    expect({{"/bin/sh", "-c", "echo \"out of $TOKEN\" >&2; exit 4"}, "the server process ended (exit status 4); its last words: out of ***"});
    expect({{"/bin/sh", "-c", "echo 'usage: server FILE'"},
            "the server process ended (exit status 0); it wrote to stdout what is no JSON-RPC message: usage: server FILE"});
}

TEST_P(start_failures, of_one_that_does_not_answer_tell_for_how_long_and_what_it_said_instead) {
    const std::vector<std::string> quick = {"--start-timeout", "0.3", "--stop-grace", "0.1"};
    expect({{"/bin/sh", "-c", "cat >/dev/null"}, "the server did not answer initialize in time (300 ms)", quick});
    expect({{"/bin/sh", "-c", "echo 'Listening on port 8080'; cat >/dev/null"},
            "the server did not answer initialize in time (300 ms); it wrote to stdout what is no JSON-RPC message: Listening on "
            "port 8080",
            quick});
}

// The next request opens the server again before all who waited for the first attempt have gone on.
TEST_P(start_failures, tell_all_who_waited_for_the_same_attempt_why_it_failed) {
    hosted_fixture host({.isolation = GetParam(),
                         .arguments = {"--start-timeout", "0.3", "--stop-grace", "0.1"},
                         .flags = {"--silent-on", "initialize"},
                         .works = false});
    modern_client client(host);
    std::vector<http_client> waiting;
    for (int i = 0; i < 8; ++i) waiting.push_back(client.begin(client.message("tools/list")));
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const mcp_answer answer = read_answer(waiting[i], std::to_string(i), patience);
        EXPECT_THAT(error_text(answer.message), Not(HasSubstr("the bridge failed")));
        EXPECT_THAT(answer.http.status, testing::AnyOf(200, 503));
    }
}

TEST_P(start_failures, by_an_answer_beyond_the_bound_say_so_and_count) {
    const std::string large = R"({"x":")" + std::string(100'000, 'x') + R"("})";
    hosted_fixture host({.isolation = GetParam(),
                         .arguments = {"--max-line-size", "64KiB", "--limit", "max-short-lives=3", "--limit", "restart-delay=0.01"},
                         .flags = {"--capabilities", large},
                         .works = false});
    const mcp_answer answer = host.client().initialize();
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), AllOf(HasSubstr("could not be initialised: the server's answer has"), HasSubstr("65536")));
    EXPECT_EQ(host.connect().get("/readyz").status, 503);
    EXPECT_TRUE(eventually([&] { return host.client().initialize().http.status == 503; })) << "a crash loop";
}

TEST_P(start_failures, by_an_error_of_the_server_are_passed_on_as_they_are) {
    hosted_fixture host({.isolation = GetParam(), .flags = {"--refuse", "initialize"}, .works = false});
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    EXPECT_EQ(answer.at("error"), R"({"code":-32000,"message":"refused as told"})");
    EXPECT_EQ(session.id(), "");
    EXPECT_TRUE(eventually([&] {
        const http_response page = host.connect().get("/readyz");
        return page.status == 503 && page.body.find("answered initialize with an error") != page.body.npos &&
               page.body.find("refused as told") != page.body.npos;
    }));
}

// ---- lost permission

class lost_permission : public testing::Test {
protected:
    lost_permission() {
        ::chmod(std::filesystem::path(file_).parent_path().c_str(), 0755);
        std::filesystem::copy_file(fixture_binary(), file_);
        ::chmod(file_.c_str(), 0644);
    }
    bool may_be_executed() const {
        struct stat info {};
        return ::stat(file_.c_str(), &info) == 0 && (info.st_mode & 0111) != 0;
    }
    // Serves two sessions, and tells of the permission once.
    void expect_it_serves(const std::string& says) const {
        bridge_process bridge({.server = {file_, "--name", "mended"}});
        for (int i = 0; i < 2; ++i) {
            mcp_session session(bridge.port());
            EXPECT_THAT(session.initialize().message, HasSubstr("mended"));
            EXPECT_EQ(session.call("echo").text(), "ok");
        }
        const std::string log = bridge.log();
        const auto first = log.find("has no permission to be executed: it " + says);
        ASSERT_NE(first, log.npos) << log;
        EXPECT_EQ(log.find("no permission", first + 10), log.npos);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }

    const temp_folder folder_;
    const std::string file_ = folder_.path("server");
};

TEST_F(lost_permission, is_given_back_to_a_file_of_the_bridges_user) {
    expect_it_serves("got it back");
    EXPECT_TRUE(may_be_executed());
}

TEST_F(lost_permission, is_got_around_for_a_file_of_another_user) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make another user's file; run the tests as root";
    ASSERT_EQ(::chown(file_.c_str(), 65534, 65534), 0);
    expect_it_serves("is run from a copy in memory");
    EXPECT_FALSE(may_be_executed());
}

}  // namespace
}  // namespace e2e
