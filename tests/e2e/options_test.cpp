// Promise: every setting can be given on the command line or in the environment, a mistake is named before
// anything starts, and the platforms that start the bridge find it where they expect it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/free_port.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr exit_status mistake{true, 2};

/// Starts the bridge with exactly these arguments and gives what it says of where it listens.
class plain_bridge : public child_process {
public:
    explicit plain_bridge(std::vector<std::string> arguments, std::vector<std::string> environment = {})
        : child_process({with_server(std::move(arguments)), std::move(environment)}) {}

    [[nodiscard]] bool listens_on(std::uint16_t port) const {
        return eventually([&] { return stderr_text().find(":" + std::to_string(port) + "/mcp") != std::string::npos; });
    }

private:
    static std::vector<std::string> with_server(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), bridge_binary());
        arguments.insert(arguments.end(), {"--", fixture_binary()});
        return arguments;
    }
};

TEST(options, help_shows_what_operators_change_on_one_screenful) {
    const finished_bridge help = run_bridge({"--help"});
    EXPECT_EQ(help.status, clean_exit);
    EXPECT_EQ(help.log, "");
    for (const char* name : {"--port", "--isolation", "--warm", "--keys-file", "MCP_BRIDGE_KEYS", "MCP_BRIDGE_ALLOWED_ORIGINS", "--max-body-size",
                             "MCP_BRIDGE_MAX_SESSIONS", "--drain-timeout", "--log-format", "FUNCTIONS_CUSTOMHANDLER_PORT", "--limit NAME=VALUE",
                             "MCP_BRIDGE_LIMITS", "--help-limits", "Examples:"}) {
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

TEST(options, mistakes_are_named) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
        {{"--port", "70000"}, "--port"},
        {{"--port", "x"}, "--port"},
        {{"--port", "-1"}, "--port"},
        {{"--isolation", "none"}, "--isolation"},
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
        {{"--silence", "never"}, "--silence"},
        {{"--silence", "0"}, "--silence"},
        {{"--silence", "-1"}, "--silence"},
        {{"--silence", "nan"}, "--silence"},
        {{"--stream-max-age", "-nan"}, "--stream-max-age"},
        {{"--host", "localhost"}, "--host"},
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

TEST(options, the_port_comes_from_the_first_of_three_places) {
    const std::uint16_t first = free_port();
    const std::uint16_t second = free_port();
    const std::string variable = "MCP_BRIDGE_PORT=" + std::to_string(second);
    plain_bridge by_variable({}, {variable});
    EXPECT_TRUE(by_variable.listens_on(second));
    plain_bridge by_argument({"--port", std::to_string(first)}, {variable});
    EXPECT_TRUE(by_argument.listens_on(first));
}

TEST(options, the_functions_host_names_the_port_and_reads_stdout) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({}, {"FUNCTIONS_CUSTOMHANDLER_PORT=" + std::to_string(port)});
    const auto line = bridge.read_line();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr("listening on http://127.0.0.1:" + std::to_string(port)));
    EXPECT_EQ(http_client(port).get("/").status, 200);
    mcp_session session(port);
    session.open();
    session.call("stderr", R"({"text":"of the child"})");
    std::string seen;
    while (const auto more = bridge.read_line(1s)) {
        seen += *more;
        if (seen.find("of the child") != seen.npos) break;
    }
    EXPECT_THAT(seen, HasSubstr("of the child"));
    EXPECT_EQ(bridge.stderr_text(), "") << "what is no trouble goes to stdout";
    session.call("line", R"({"text":"noise","then_answer":true})");
    EXPECT_TRUE(eventually([&] { return bridge.stderr_text().find("noise") != std::string::npos; }));
    bridge.signal(SIGTERM);
    EXPECT_EQ(bridge.wait(), clean_exit);
}

TEST(options, an_own_port_wins_over_that_of_the_functions_host) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({}, {"FUNCTIONS_CUSTOMHANDLER_PORT=1", "MCP_BRIDGE_PORT=" + std::to_string(port)});
    const auto line = bridge.read_line();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr(":" + std::to_string(port)));
}

TEST(options, a_port_that_is_in_use_is_an_error) {
    bridge_process first;
    const finished_bridge second = run_bridge({"--port", std::to_string(first.port()), "--", fixture_binary()});
    EXPECT_EQ(second.status, (exit_status{true, 1}));
    EXPECT_THAT(second.log, HasSubstr("port " + std::to_string(first.port())));
    EXPECT_THAT(second.log, HasSubstr("in use"));
    EXPECT_THAT(second.log, Not(HasSubstr("started"))) << "no server was started in vain";
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

TEST(options, a_silent_log_is_silent) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({"--port", std::to_string(port), "--log-level", "off"});
    EXPECT_TRUE(eventually([&] {
        try {
            return http_client(port).get("/readyz").status == 200;
        } catch (const http_failure&) {
            return false;
        }
    }));
    bridge.signal(SIGTERM);
    EXPECT_EQ(bridge.wait(), clean_exit);
    EXPECT_EQ(bridge.stderr_text(), "");
}

}  // namespace
}  // namespace e2e
