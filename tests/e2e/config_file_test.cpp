// Promise: a bridge.json in the form that MCP clients use names the server and the options; what the command line and the
// environment say wins over it, a mistake in it is named with its place, and what it takes from the environment stays secret.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr exit_status mistake{true, 2};

class config_file : public testing::Test {
protected:
    std::string server(const std::string& more = {}) const {
        return R"({"mcpServers":{"fixture":{"command":)" + json_string(fixture_binary()) + more + "}}";
    }

    /// A bridge in the folder, without a server on its command line.
    child_process start(std::vector<std::string> arguments = {}, std::vector<std::string> environment = {}) const {
        arguments.insert(arguments.begin(), {bridge_binary(), "--port", "0"});
        return child_process({arguments, std::move(environment), folder_.path("")});
    }

    static std::uint16_t port_of(const child_process& bridge) {
        std::string log;
        constexpr std::string_view sign = "listening on http://127.0.0.1:";
        const bool listens = eventually([&] { return (log = bridge.stderr_text()).find(sign) != std::string::npos; });
        if (!listens) throw std::runtime_error("the bridge does not listen; its log:\n" + log);
        return static_cast<std::uint16_t>(std::stoul(log.substr(log.find(sign) + sign.size())));
    }

    void expect_mistake(const std::string& text, const std::string& says, std::vector<std::string> environment = {}) const {
        folder_.file("bridge.json", text);
        child_process bridge = start({}, std::move(environment));
        EXPECT_EQ(bridge.wait(), mistake) << text;
        EXPECT_THAT(bridge.stderr_text(), HasSubstr("bridge.json:" + says));
    }

    temp_folder folder_;
};

TEST_F(config_file, names_the_server_and_the_options) {
    folder_.file("bridge.json", server(R"(,"env":{"A":"${GIVEN}","B":"${MISSING:-eu}"})") +
                                    R"(,"options":{"path":"/x","isolation":"shared","env":["FROM_OUTSIDE","C=1,2"],"max-body-size":"1KiB"},)"
                                    R"("limits":{"max-json-depth":8,"max-sessions":"1"}})");
    child_process bridge = start({}, {"GIVEN=from-the-environment", "FROM_OUTSIDE=yes"});
    mcp_session session(port_of(bridge), {.path = "/x"});
    session.open();
    const std::string environment = session.call("process").at("result/structuredContent/environment");
    EXPECT_EQ(member(environment, "A"), R"("from-the-environment")");
    EXPECT_EQ(member(environment, "B"), R"("eu")");
    EXPECT_EQ(member(environment, "C"), R"("1,2")");
    EXPECT_EQ(member(environment, "FROM_OUTSIDE"), R"("yes")");
    EXPECT_EQ(session.post(std::string(1025, ' ')).status, 413);
    EXPECT_THAT(session.post(call_text("1", "echo", R"({"x":[[[[[[[]]]]]]]})")).body, HasSubstr("deep"));
    EXPECT_EQ(children_of(bridge.pid()).size(), 1U);
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("serves 'fixture'"));
}

TEST_F(config_file, is_less_than_the_environment_and_the_command_line) {
    folder_.file("bridge.json",
                 server() + R"(,"options":{"path":"/file","sse-path":"/file-sse","port":"1","max-body-size":"1MiB"},"limits":{"max-json-depth":4}})");
    child_process bridge = start({"--path", "/line"}, {"MCP_BRIDGE_PATH=/variable", "MCP_BRIDGE_SSE_PATH=/variable/sse",
                                                       "MCP_BRIDGE_LIMITS=max-json-depth=100,max-body-size=1KiB"});
    http_client client(port_of(bridge));
    const std::string home = client.get("/").body;
    EXPECT_THAT(home, HasSubstr("/line\n"));
    EXPECT_THAT(home, HasSubstr("/variable/sse\n"));
    EXPECT_EQ(client.get("/variable/messages").status, 405);
    mcp_session session(port_of(bridge), {.path = "/line"});
    EXPECT_EQ(session.open().post(std::string(1025, ' ')).status, 413);
    EXPECT_EQ(session.call("echo", R"({"text":"ok","x":[[[[[[[]]]]]]]})").text(), "ok");
}

TEST_F(config_file, is_found_where_it_is_said_to_be_and_seen_from_there) {
    std::filesystem::create_directory(folder_.path("app"));
    std::filesystem::create_directory(folder_.path("app/bin"));
    std::filesystem::create_directory(folder_.path("elsewhere"));
    std::filesystem::create_symlink(fixture_binary(), folder_.path("app/bin/server"));
    folder_.file("app/my.json", R"({"servers":{"x":{"command":"bin/server"},"y":{"command":"./bin/server","cwd":"bin"}}})");
    for (const auto& [name, directory] : {std::pair("x", "app"), std::pair("y", "app/bin")}) {
        child_process bridge({{bridge_binary(), "--port", "0"},
                              {"MCP_BRIDGE_CONFIG=../app/my.json", std::string("MCP_BRIDGE_SERVER=") + name},
                              folder_.path("elsewhere")});
        mcp_session session(port_of(bridge));
        session.open();
        const std::string cwd = std::filesystem::canonical(folder_.path(directory)).string();
        EXPECT_EQ(session.call("process").at("result/structuredContent/cwd"), json_string(cwd));
    }
}

TEST_F(config_file, gives_way_to_a_command_line) {
    folder_.file("bridge.json", "not JSON");
    bridge_process bridge({.folder = folder_.path("")});
    EXPECT_EQ(mcp_session(bridge.port()).open().call("echo").text(), "ok");
}

TEST_F(config_file, and_a_command_line_are_one_too_many) {
    const std::string file = folder_.file("my.json", server() + "}");
    const finished_bridge refused = run_bridge({"--config", file, "--", "true"});
    EXPECT_EQ(refused.status, mistake);
    EXPECT_THAT(refused.log, HasSubstr("--config"));
    EXPECT_EQ(run_bridge({"--server", "x", "--", "true"}).status, mistake);
}

TEST_F(config_file, that_is_missing_or_a_folder_is_told_apart) {
    const finished_bridge missing = run_bridge({"--config", folder_.path("none.json")});
    EXPECT_EQ(missing.status, mistake);
    EXPECT_THAT(missing.log, HasSubstr(folder_.path("none.json") + ": cannot be read: No such file or directory"));
    const finished_bridge folder = run_bridge({"--config", folder_.path("")});
    EXPECT_EQ(folder.status, mistake);
    EXPECT_THAT(folder.log, HasSubstr("is a folder; name a file in it"));
    folder_.file("bridge.json", server() + "}");
    EXPECT_THAT(run_bridge({"--config", folder_.path("")}).log, HasSubstr("is a folder; name a file, such as " + folder_.path("") + "bridge.json"));
}

TEST_F(config_file, of_an_editor_works_as_it_is) {
    std::filesystem::create_directory(folder_.path(".vscode"));
    std::filesystem::create_directory(folder_.path("bin"));
    std::filesystem::create_symlink(fixture_binary(), folder_.path("bin/server"));
    folder_.file(".env", "FROM_FILE=file\nBOTH=file\nDROPPED=file\n");
    folder_.file(".vscode/mcp.json", R"({
  "inputs": [],
  "servers": {
    "remote": { "type": "http", "url": "https://mcp.example.com/mcp" },
    "local": {
      "type": "stdio",
      "command": "./bin/server",   // relative to the workspace
      "env": { "BOTH": "env", "GIVEN": "${env:GIVEN}", "HERE": "${workspaceFolder}", "DROPPED": null, "LANG": null },
      "envFile": "${workspaceFolder}/.env",
    },
  },
})");
    child_process bridge = start({"--config", ".vscode/mcp.json"}, {"GIVEN=from-the-environment", "LANG=C"});
    mcp_session session(port_of(bridge));
    session.open();
    const mcp_answer answer = session.call("process");
    const std::string environment = answer.at("result/structuredContent/environment");
    const std::string workspace = json_string(std::filesystem::canonical(folder_.path("")).string());
    EXPECT_EQ(answer.at("result/structuredContent/cwd"), workspace);
    EXPECT_EQ(member(environment, "HERE"), workspace);
    EXPECT_EQ(member(environment, "FROM_FILE"), R"("file")");
    EXPECT_EQ(member(environment, "BOTH"), R"("env")");
    EXPECT_EQ(member(environment, "GIVEN"), R"("from-the-environment")");
    EXPECT_THAT(environment, Not(HasSubstr("DROPPED")));
    EXPECT_THAT(environment, Not(HasSubstr("\"LANG\"")));
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("serves 'local'"));
}

TEST_F(config_file, tells_mistakes_of_the_file_of_variables) {
    expect_mistake(server(R"(,"envFile":".env")") + "}", "1: mcpServers.fixture.envFile: ");
    const std::string path = folder_.file(".env", "A=1\nopen-sesame\n");
    expect_mistake(server(R"(,"envFile":".env")") + "}", "1: mcpServers.fixture.envFile: " + path + ":2: is not NAME=VALUE");
    child_process bridge = start();
    EXPECT_EQ(bridge.wait(), mistake);
    EXPECT_THAT(bridge.stderr_text(), Not(HasSubstr("sesame")));
}

TEST_F(config_file, tells_its_mistakes_with_their_place) {
    const std::string begin = server() + ",\n";
    expect_mistake("{\n  \"mcpServers\": {,}\n}", "2: column 18: not JSON");
    expect_mistake(server(R"(,"args":["a","${NOT_SET}"])") + "}", "1: mcpServers.fixture.args[1]: the environment variable NOT_SET");
    expect_mistake(begin + R"("options":{"request-timout":5}})", R"(2: "request-timout" is not an option; did you mean "request-timeout"?)");
    expect_mistake(begin + R"("options":{"request-timeout":"long"}})", R"(2: options.request-timeout: "long" is not a time)");
    expect_mistake(begin + "\"options\":{\n\"isolation\":\"none\"}}", "3: options.isolation: ");
    expect_mistake(begin + R"("options":{"host":"elsewhere"}})", "2: options.host: ");
    expect_mistake(begin + R"("options":{"path":["/a"]}})", "2: options.path: takes one value");
    expect_mistake(begin + R"("options":{"config":"x"}})", R"(2: "config" works on the command line only)");
    expect_mistake(begin + R"("options":{"--path":"/x"}})", R"(2: "--path" is not an option; did you mean "path"?)");
    expect_mistake(begin + R"("options":{"host":"${WHERE}"}})", "2: options.host: '***' is neither", {"WHERE=open-sesame"});
}

TEST_F(config_file, tells_mistakes_in_limits_with_their_line) {
    const std::string begin = server() + ",\n\"limits\": {\n";
    expect_mistake(begin + R"("max-bach":5}})", R"(3: "max-bach" is not a limit; did you mean "max-batch"?)");
    expect_mistake(begin + "\"max-sessions\": 5,\n\"max-batch\": 0}}", R"(4: limits.max-batch: "0" is too small; the smallest value is 1)");
    expect_mistake(begin + R"("max-batch":[5]}})", "3: limits.max-batch: takes one value");
    expect_mistake(begin + R"("max-batch":{}}})", "3: limits.max-batch: must be a string, a number");
    expect_mistake(begin + R"("max-batch":5,"max-batch":6}})", "3: limits.max-batch: occurs twice");
    expect_mistake(begin + R"("max-sessions":5},"options":{"max-sessions":5}})", R"(3: "max-sessions" is given twice)");
    expect_mistake(begin + R"("max-batch":"${MANY}"}})", R"(3: limits.max-batch: "***" is not a whole number)", {"MANY=open-sesame"});
    expect_mistake(server() + R"(,"limits":[]})", "1: limits: must be an object");
    expect_mistake(server() + R"(,"options":{"max-batch":5}})", R"(1: "max-batch" is a limit, not an option; move it from "options" to "limits")");
    expect_mistake(server() + R"(,"options":{"limit":"max-batch=5"}})", R"(1: "limit" is not an option here; write "limits" beside "options")");
}

TEST_F(config_file, is_not_longer_than_a_mebibyte) {
    expect_mistake(std::string(std::size_t{1024} * 1024 + 1, ' '), " is longer than 1 MiB");
}

TEST_F(config_file, warns_of_what_it_ignores) {
    folder_.file("bridge.json", server(R"(,"disabled":true)") + R"(,"inputs":[]})");
    child_process bridge = start();
    port_of(bridge);
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("warn"));
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("mcpServers.fixture.disabled means nothing here"));
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("inputs means nothing here"));
}

TEST_F(config_file, asks_for_the_keys_that_it_names) {
    folder_.file("keys", "bob=another-long-key\n");
    folder_.file("bridge.json", server() + R"(,"options":{"key":"alice=${ALICE}","keys-file":"keys"}})");
    child_process bridge = start({}, {"ALICE=long-and-random"});
    const std::uint16_t port = port_of(bridge);
    EXPECT_EQ(http_client(port).post("/mcp", {}, "{}").status, 401);
    for (const char* key : {"long-and-random", "another-long-key"}) {
        EXPECT_EQ(mcp_session(port, {.headers = {{"x-functions-key", key}}}).open().call("echo").text(), "ok");
    }
}

TEST_F(config_file, keeps_what_comes_from_the_environment_secret) {
    folder_.file("bridge.json", server(R"(,"args":["--banner","1"],"env":{"TOKEN":"${TOKEN}"})") + R"(,"options":{"log-level":"trace"}})");
    child_process bridge = start({}, {"TOKEN=open-sesame"});
    mcp_session session(port_of(bridge));
    session.open();
    session.call("stderr", R"({"text":"my token is open-sesame, really"})");
    ASSERT_TRUE(eventually([&] { return bridge.stderr_text().find("really") != std::string::npos; }));
    EXPECT_THAT(bridge.stderr_text(), HasSubstr("my token is ***, really"));
    EXPECT_THAT(bridge.stderr_text(), Not(HasSubstr("sesame")));
}

}  // namespace
}  // namespace e2e
