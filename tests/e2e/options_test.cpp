// Promise: every setting can be given on the command line or in the environment, a mistake is named before
// anything starts, and the platforms that start the bridge find it where they expect it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr exit_status mistake{true, 2};

TEST(options, help_shows_what_operators_change_on_one_screenful) {
    const finished_bridge help = run_bridge({"--help"});
    EXPECT_EQ(help.status, clean_exit);
    EXPECT_EQ(help.log, "");
    for (const char* name : {"--port", "--isolation", "--modern-process", "--warm", "--keys-file", "MCP_BRIDGE_KEYS", "MCP_BRIDGE_ALLOWED_ORIGINS",
                             "--max-body-size", "MCP_BRIDGE_MAX_SESSIONS", "--drain-timeout", "--log-format", "FUNCTIONS_CUSTOMHANDLER_PORT",
                             "--limit NAME=VALUE", "MCP_BRIDGE_LIMITS", "--help-limits", "Examples:"}) {
        EXPECT_THAT(help.output, HasSubstr(name));
    }
    EXPECT_LE(std::ranges::count(help.output, '\n'), 120);
    EXPECT_THAT(help.output, Not(HasSubstr("--max-header-size")));
}

TEST(options, help_of_the_limits_says_what_each_does_and_its_default) {
    const finished_bridge help = run_bridge({"--help-limits"});
    EXPECT_EQ(help.status, clean_exit);
    EXPECT_EQ(help.log, "");
    for (const char* text : {"  --max-body-size SIZE [80MiB]\n", "  --max-sessions N [1000]\n", "  max-header-size SIZE [32KiB]\n",
                             "  restart-delay SECONDS [0.1]\n", "  max-connections-per-address N [0]\n", "MCP_BRIDGE_LIMITS", "\"limits\""}) {
        EXPECT_THAT(help.output, HasSubstr(text));
    }
}

TEST(options, version_is_one_line) {
    const finished_bridge version = run_bridge({"--version"});
    EXPECT_EQ(version.status, clean_exit);
    EXPECT_EQ(version.output, "mcp-bridge " MCP_BRIDGE_VERSION "\n");
}

TEST(options, verbose_version_names_commit_compiler_and_libraries) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--version", "--verbose"}, {"--verbose", "--version"}}) {
        const finished_bridge version = run_bridge(arguments);
        EXPECT_EQ(version.status, clean_exit);
        EXPECT_THAT(version.output, StartsWith("mcp-bridge " MCP_BRIDGE_VERSION "\ncommit: "));
        EXPECT_THAT(version.output, ContainsRegex("\ncompiler: (g\\+\\+|clang) [0-9]+.*, for "));
        for (const char* library : {"Boost", "CLI11", "fmt", "glibc", "libsodium", "nlohmann-json", "spdlog"}) {
            EXPECT_THAT(version.output, ContainsRegex("\n" + std::string(library) + ": [0-9]+\\.[0-9]+"));
        }
    }
}

TEST(options, verbose_of_a_server_behind_no_mark_is_named) {
    const finished_bridge forgotten = run_bridge({"my-server", "--verbose"});
    EXPECT_EQ(forgotten.status, (exit_status{true, 2}));
    EXPECT_THAT(forgotten.log, HasSubstr("-- my-server --verbose"));
    EXPECT_THAT(run_bridge({"--verbose"}).log, HasSubstr("--verbose needs --version"));
}

TEST(options, mistakes_are_named) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
        {{"--port", "70000"}, "--port"},
        {{"--port", "x"}, "--port"},
        {{"--port", "-1"}, "--port"},
        {{"--isolation", "none"}, "--isolation"},
        {{"--modern-process", "session"}, "--modern-process"},
        {{"--functions-keys", "none"}, "--functions-keys"},
        {{"--warm", "-1"}, "--warm"},
        {{"--warm", "some"}, "--warm"},
        {{"--log-level", "loud"}, "--log-level"},
        {{"--log-format", "xml"}, "--log-format"},
        {{"--max-body-size", "big"}, "--max-body-size"},
        {{"--max-body-size", "-1"}, "--max-body-size"},
        {{"--max-body-size", "0"}, "--max-body-size"},
        {{"--max-body-size", "18446744073709551615"}, "--max-body-size"},
        {{"--limit", "max-header-size=4GiB"}, R"(--limit: max-header-size: "4GiB" is too large; the largest value is 1GiB)"},
        {{"--max-sessions", "0"}, R"(--max-sessions: "0" is too small; the smallest value is 1)"},
        {{"--max-sessions", "1.5"}, R"(--max-sessions: "1.5" is not a whole number)"},
        {{"--max-sessions", ""}, "--max-sessions"},
        {{"--limit", "max-batch=0"}, "--limit: max-batch: "},
        {{"--limit", "max-json-depth=5000"}, "--limit: max-json-depth: "},
        {{"--limit", "max-batch"}, R"(--limit: "max-batch" has no value; write NAME=VALUE)"},
        {{"--limit", "max-batch="}, "--limit: max-batch: "},
        {{"--limit", "max-bach=5"}, R"(--limit: "max-bach" is not a limit; did you mean "max-batch"?)"},
        {{"--limit", "port=5"}, R"("port" is not a limit; --help-limits lists all of them)"},
        {{"--limit", "max-batch=5", "--limit", "max-batch=6"}, R"("max-batch" is given twice)"},
        {{"--limit", "max-sessions=5", "--max-sessions", "6"}, R"("max-sessions" is given twice)"},
        {{"--max-batch", "5"}, R"("--max-batch" is not an option; write --limit max-batch=VALUE)"},
        {{"--max-batch=5"}, R"("--max-batch" is not an option; write --limit max-batch=VALUE)"},
        {{"--isolaton", "shared"}, R"("--isolaton" is not an option; did you mean "--isolation"?)"},
        {{"-isolation", "shared"}, R"("-isolation" is not an option; did you mean "--isolation"?)"},
        {{"--env", "AWS_*=x"}, "'AWS_*' is a pattern of names, so it cannot have a value"},
        {{"--silence", "never"}, "--silence"},
        {{"--silence", "0"}, "--silence"},
        {{"--silence", "-1"}, "--silence"},
        {{"--silence", "nan"}, "--silence"},
        {{"--stream-max-age", "-nan"}, "--stream-max-age"},
        {{"--host", "example.com"}, "--host: 'example.com' is neither an IP address of this machine nor localhost"},
        {{"--metrics-listen", "example.com:1"}, "--metrics-listen"},
        {{"--path-prefix", "weather"}, "--path-prefix: 'weather' must be the word forwarded, or begin with one '/'"},
        {{"--path-prefix", "//evil.example"}, "--path-prefix"},
        {{"--path-prefix", "/a?b"}, "--path-prefix"},
        {{"--path", "mcp"}, "--path"},
        {{"--path", "/readyz"}, "--path"},
        {{"--path", "/mcp/"}, "--path"},
        {{"--sse-path", "sse"}, "--sse-path"},
        {{"--path", "/sse"}, "--sse-path off"},
        {{"--path", "/messages"}, "must differ"},
        {{"--sse-path", "/x/messages"}, "must differ"},
        {{"--env", "=x"}, "--env"},
        {{"--child-processes", "10"}, "--child-user"},
        {{"--child-user", "no-such-user"}, "--child-user"},
        {{"--child-memory", "1"}, "--child-memory"},
        {{"--nothing"}, "--nothing"},
        {{"--key", "nameless"}, "--key"},
        {{"--name"}, "--name"},
    };
    for (const auto& [arguments, says] : mistakes) {
        std::vector<std::string> all = arguments;
        all.insert(all.end(), {"--", "true"});
        const finished_bridge refused = run_bridge(all);
        EXPECT_EQ(refused.status, mistake) << testing::PrintToString(arguments);
        EXPECT_THAT(refused.log, HasSubstr(says)) << testing::PrintToString(arguments);
        EXPECT_THAT(refused.log, HasSubstr("--help"));
        EXPECT_THAT(refused.output, IsEmpty());
        EXPECT_THAT(refused.log, Not(HasSubstr("started")));
    }
    const finished_bridge nothing = run_bridge({"--port", "0"});
    EXPECT_EQ(nothing.status, mistake);
    EXPECT_THAT(nothing.log, HasSubstr("command"));
    EXPECT_EQ(run_bridge({"--port", "0", "--"}).status, mistake);
    EXPECT_EQ(run_bridge({"--port", "0", "[]"}).status, mistake);
}

TEST(options, mistakes_are_told_in_plain_text_whatever_was_given) {
    const finished_bridge refused = run_bridge({"--path", "a\nb\x1b[31m\xff", "--", "true"});
    EXPECT_EQ(refused.status, mistake);
    EXPECT_THAT(refused.log, HasSubstr(R"(a\x0ab\x1b[31m\xff)"));
}

TEST(options, mistakes_in_variables_are_named_too) {
    const finished_bridge refused = run_bridge({"--", "true"}, {"MCP_BRIDGE_MAX_SESSIONS=none"});
    EXPECT_EQ(refused.status, mistake);
    EXPECT_THAT(refused.log, HasSubstr(R"(MCP_BRIDGE_MAX_SESSIONS: "none" is not a whole number)"));
    EXPECT_THAT(run_bridge({"--", "true"}, {"MCP_BRIDGE_LIMITS=max-batch=2,max-bach=3"}).log,
                HasSubstr(R"(MCP_BRIDGE_LIMITS: "max-bach" is not a limit)"));
    EXPECT_EQ(run_bridge({"--", "true"}, {"MCP_BRIDGE_ISOLATION=x"}).status, mistake);
    const finished_bridge port = run_bridge({"--", "true"}, {"FUNCTIONS_CUSTOMHANDLER_PORT=http"});
    EXPECT_EQ(port.status, mistake);
    EXPECT_THAT(port.log, HasSubstr("FUNCTIONS_CUSTOMHANDLER_PORT"));
}

TEST(options, a_forgotten_mark_before_the_servers_command_is_put_in) {
    const finished_bridge refused = run_bridge({"--port", "0", "npx", "-y", "@scope/server", "a b", "--root=/data", "it's"});
    EXPECT_EQ(refused.status, mistake);
    EXPECT_THAT(refused.log, HasSubstr("must stand behind --"));
    EXPECT_THAT(refused.log, HasSubstr(R"(mcp-bridge --port 0 -- npx -y @scope/server 'a b' --root=*** 'it'\''s')"));
    EXPECT_THAT(run_bridge({"--isolaton", "shared", "npx", "-y", "server"}).log, HasSubstr(R"(did you mean "--isolation"?)"));
}

TEST(options, unknown_names_in_the_environment_are_told_with_the_known_ones) {
    bridge_process bridge(
        {.environment = {"MCP_BRIDGE_ISOLATON=shared", "MCP_BRIDGE_MAX_BATCH=3", "MCP_BRIDGE_UNLIKE_ALL_OTHERS=s3cret", "MCP_BRIDGE_FAULT=s3cret",
                         "MCP_BRIDGE_SERVICE_HOST=10.0.0.1", "MCP_BRIDGE_PORT_7071_TCP=tcp://10.0.0.1:7071"}});
    const std::string log = bridge.log();
    EXPECT_THAT(log, HasSubstr("MCP_BRIDGE_ISOLATON is not a variable of the bridge, so it is ignored; did you mean MCP_BRIDGE_ISOLATION?"));
    EXPECT_THAT(log, HasSubstr("MCP_BRIDGE_MAX_BATCH is not a variable of the bridge, so it is ignored; write MCP_BRIDGE_LIMITS=max-batch=VALUE"));
    EXPECT_THAT(log, HasSubstr("MCP_BRIDGE_UNLIKE_ALL_OTHERS is not a variable of the bridge, so it is ignored; --help lists all of them"));
    for (const char* others : {"MCP_BRIDGE_FAULT", "MCP_BRIDGE_SERVICE_HOST", "MCP_BRIDGE_PORT_7071_TCP", "s3cret"})
        EXPECT_THAT(log, Not(HasSubstr(others)));
}

TEST(options, an_unknown_name_that_may_stand_for_a_key_is_a_mistake) {
    for (const char* name : {"MCP_BRIDGE_KEY", "MCP_BRIDGE_KEYFILE", "MCP_BRIDGE_CHILD_USR"}) {
        const finished_bridge refused = run_bridge({"--port", "0", "--", "true"}, {std::string(name) + "=alice=s3cret-0123456789"});
        EXPECT_EQ(refused.status, mistake) << name;
        EXPECT_THAT(refused.log, HasSubstr(std::string(name) + " is not a variable of the bridge; did you mean MCP_BRIDGE_"));
        EXPECT_THAT(refused.log, Not(HasSubstr("s3cret")));
    }
}

TEST(options, the_port_of_a_service_link_of_kubernetes_is_none) {
    const temp_folder folder;
    const std::string file =
        folder.file("my.json", R"({"mcpServers":{"x":{"command":)" + json_string(fixture_binary()) + R"(}},"options":{"port":0}})");
    child_process bridge({{bridge_binary(), "--config", file}, {"MCP_BRIDGE_PORT=tcp://10.96.0.7:7071"}});
    EXPECT_TRUE(eventually([&] { return bridge.stderr_text().find("listening on http://127.0.0.1:") != std::string::npos; })) << bridge.stderr_text();
}

TEST(options, variables_of_the_server_are_named_one_by_one_or_by_a_pattern) {
    bridge_process bridge({.arguments = {"--env", "SHOP_*,*_ZONE", "--env", "NOT_SET_1", "--env", "NOT_SET_2,MCP_BRIDGE_*"},
                           .environment = {"SHOP_A=1", "SHOP_B=2=3", "UNSHOP_C=3", "MY_ZONE=here", "MCP_BRIDGE_NAME=mine"}});
    mcp_session session(bridge.port());
    session.open();
    const std::string environment = session.call("process").at("result/structuredContent/environment");
    EXPECT_EQ(member(environment, "SHOP_A"), R"("1")");
    EXPECT_EQ(member(environment, "SHOP_B"), R"("2=3")");
    EXPECT_EQ(member(environment, "MY_ZONE"), R"("here")");
    EXPECT_THAT(environment, Not(HasSubstr("UNSHOP_C")));
    EXPECT_THAT(environment, Not(HasSubstr("MCP_BRIDGE_NAME"))) << "the bridge's own settings can be keys";
    EXPECT_THAT(bridge.log(), HasSubstr("--env: not set in the environment of the bridge, so the server does not get it: NOT_SET_1, NOT_SET_2\n"));
}

TEST(options, variables_of_the_server_that_are_no_secrets_yet_are_named) {
    const bridge_process bridge({.arguments = {"--env", "TOKEN"}, .environment = {"TOKEN=@Microsoft.KeyVault(SecretUri=https://kv/secrets/token)"}});
    EXPECT_TRUE(bridge.logs("the variable TOKEN of the server is a reference that Azure has not replaced by its secret"));
}

TEST(options, the_log_level_may_be_written_as_elsewhere) {
    const finished_bridge ended = run_bridge({"--log-level", "Warning", "--port", "0", "--", "/no/such/server"}, {"MCP_BRIDGE_ISOLATON=shared"});
    EXPECT_EQ(ended.status, (exit_status{true, 1})) << ended.log;
    EXPECT_THAT(ended.log, HasSubstr("MCP_BRIDGE_ISOLATON"));
    EXPECT_THAT(ended.log, Not(HasSubstr("info")));
}

TEST(options, can_be_given_in_the_environment) {
    bridge_process bridge(
        {.environment = {"MCP_BRIDGE_ISOLATION=shared", "MCP_BRIDGE_PATH=/x", "MCP_BRIDGE_ENV=A=1,B=2", "MCP_BRIDGE_MAX_BODY_SIZE=1KiB",
                         "MCP_BRIDGE_LOG_LEVEL=debug", "MCP_BRIDGE_ALLOWED_ORIGINS=https://a.example,https://b.example"}});
    mcp_session session(bridge.port(), {.path = "/x", .headers = {{"Origin", "https://b.example"}}});
    session.open();
    const std::string environment = session.call("process").at("result/structuredContent/environment");
    EXPECT_EQ(member(environment, "A"), R"("1")");
    EXPECT_EQ(member(environment, "B"), R"("2")");
    EXPECT_EQ(session.post(std::string(1025, ' ')).status, 413);
    EXPECT_EQ(children_of(bridge.pid()).size(), 1U);
    EXPECT_TRUE(bridge.logs("session opened"));
}

TEST(options, limits_come_from_the_first_source_that_sets_them) {
    bridge_process bridge({.arguments = {"--limit", "max-json-depth=8,max-body-size=2KiB"},
                           .environment = {"MCP_BRIDGE_LIMITS=max-json-depth=100, max-batch=2", "MCP_BRIDGE_MAX_BODY_SIZE=1MiB"}});
    mcp_session session(bridge.port(), {.version = "2025-03-26"});
    session.open();
    EXPECT_EQ(session.post(std::string(2049, ' ')).status, 413);
    EXPECT_THAT(session.post(call_text("1", "echo", R"({"x":[[[[[[[]]]]]]]})")).body, HasSubstr("deep"));
    const std::string ping = request_text("1", "ping");
    EXPECT_THAT(session.post("[" + ping + "," + ping + "," + ping + "]").body, HasSubstr("more than 2 messages"));
}

// Status of a request that announces a body of that length and sends none.
int status_of_length(const bridge_process& bridge, mcp_session& session, std::size_t bytes) {
    std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(bytes) + "\r\n";
    for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
    http_client connection = bridge.connect();
    connection.send_raw(head + "\r\n");
    std::string seen(12, '\0');
    EXPECT_TRUE(eventually([&] { return ::recv(connection.fd(), seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT) == 12; }));
    return std::stoi(seen.substr(9));
}

TEST(options, sizes_shrink_with_the_memory_unless_they_are_set) {
    constexpr std::size_t MiB = 1024 * 1024;
    bridge_process small({.arguments = {"--max-memory", "16MiB"}});
    mcp_session session(small.port());
    session.open();
    EXPECT_EQ(status_of_length(small, session, 4 * MiB), 100);
    EXPECT_EQ(status_of_length(small, session, 4 * MiB + 1), 413);
    EXPECT_EQ(session.call("big", R"({"bytes":3900000})").http.status, 200);
    EXPECT_THAT(session.call("big", R"({"bytes":4300000})").message, HasSubstr("--max-line-size"));

    bridge_process chosen({.arguments = {"--max-memory", "32MiB", "--max-body-size", "20MiB"}});
    mcp_session other(chosen.port());
    other.open();
    EXPECT_EQ(status_of_length(chosen, other, 20 * MiB), 100);
    EXPECT_TRUE(chosen.logs("--max-body-size is more than a quarter of --max-memory"));
    const finished_bridge refused = run_bridge({"--max-memory", "1MiB", "--", "true"});
    EXPECT_EQ(refused.status, mistake);
    EXPECT_THAT(refused.log, HasSubstr("max-memory"));
}

TEST(options, on_the_command_line_win) {
    bridge_process bridge({.arguments = {"--path", "/mine"}, .environment = {"MCP_BRIDGE_PATH=/theirs"}});
    EXPECT_EQ(mcp_session(bridge.port(), {.path = "/mine"}).open().call("echo").text(), "ok");
    EXPECT_EQ(bridge.connect().post("/theirs", {}, "").status, 404);
}

TEST(options, the_servers_own_arguments_are_left_to_it) {
    const temp_folder folder;
    const std::string script = folder.file("show.sh", "for a in \"$@\"; do echo \"[$a]\" >&2; done\n");
    bridge_process bridge({.server = {"/bin/sh", script, "--port", "1", "a b", "", "$HOME", "[c,d]", "[]", "{}", "%%", "--", "-x"}});
    ASSERT_TRUE(bridge.logs("[-x]"));
    for (const char* argument : {"[--port]", "[1]", "[a b]", "[]", "[$HOME]", "[[c,d]]", "[[]]", "[{}]", "[%%]", "[--]"}) {
        EXPECT_THAT(bridge.log(), HasSubstr(argument));
    }
}

TEST(options, a_json_log_is_json_whatever_a_server_prints) {
    const temp_folder folder;
    const std::string script = folder.file("server.sh", R"(printf 'a"b\\\\c\td\001e\377\303( \n%0400d\303\251\n' 0 >&2)"
                                                        "\nprintf 'no \\377 message\\n'\nexit 3\n");
    bridge_process bridge({.arguments = {"--log-format", "json", "--log-level", "trace"}, .server = {"/bin/sh", script}});
    EXPECT_EQ(error_code(mcp_session(bridge.port()).initialize().message), -32603);
    EXPECT_EQ(bridge.stop(), clean_exit);
    const std::string log = folder.file("log", bridge.log());
    const auto lines = lines_of(log);
    EXPECT_GT(lines.size(), 6U);
    for (const std::string& line : lines) {
        ASSERT_TRUE(nlohmann::json::accept(line)) << line;
        const auto entry = nlohmann::json::parse(line);
        EXPECT_EQ(entry.size(), 3U);
        EXPECT_TRUE(entry.contains("time") && entry.contains("level") && entry.contains("message")) << line;
    }
    EXPECT_THAT(bridge.log(), HasSubstr(R"(a\"b)"));
}

}  // namespace
}  // namespace e2e
