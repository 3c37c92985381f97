// The files of MCP clients, as people have them: each is read as it stands.
#include "tests/unit/app/test_files.hpp"

namespace bridge::app {
namespace {

const test_files anns({{"GITHUB_TOKEN", "ghp-secret"}, {"HOME", "/home/ann"}}, "/home/ann/shop");

TEST(client_files, of_claude_desktop) {
    const server_file out = anns.read_well(R"({
  "globalShortcut": "",
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": [
        "-y",
        "@modelcontextprotocol/server-filesystem",
        "/Users/ann/Desktop",
      ],
      "env": null
    }
  },
  "preferences": { "menuBarEnabled": false },
}
)");
    EXPECT_EQ(out.name, "filesystem");
    EXPECT_EQ(out.command, "npx");
    EXPECT_EQ(out.arguments, (strings{"-y", "@modelcontextprotocol/server-filesystem", "/Users/ann/Desktop"}));
    EXPECT_TRUE(out.environment.empty());
    EXPECT_EQ(out.ignored, (strings{"globalShortcut", "preferences"}));
}

TEST(client_files, of_cursor) {
    const server_file out = anns.read_well(R"({
  // project settings
  "mcpServers": {
    "docs": { "url": "https://mcp.example.com/mcp", "headers": { "Authorization": "Bearer ${env:DOCS_TOKEN}" } },
    "shop": {
      "type": "stdio",
      "command": "${workspaceFolder}${/}.venv${pathSeparator}bin/python",
      "args": ["-m", "shop", "--name=${workspaceFolderBasename}", "--cache", "${userHome}/.cache/shop"],
      "env": { "GITHUB_TOKEN": "${env:GITHUB_TOKEN}", "REGION": "${env:REGION:-eu}" },
      "envFile": "${workspaceFolder}/.env",
    },
  },
})");
    EXPECT_EQ(out.name, "shop");
    EXPECT_EQ(out.command, "/home/ann/shop/.venv/bin/python");
    EXPECT_EQ(out.arguments, (strings{"-m", "shop", "--name=shop", "--cache", "/home/ann/.cache/shop"}));
    EXPECT_EQ(out.environment, (strings{"GITHUB_TOKEN=ghp-secret", "REGION=eu"}));
    EXPECT_EQ(out.environment_file, "/home/ann/shop/.env");
    EXPECT_TRUE(out.secrets.empty()) << "the names of folders are no secrets";
}

constexpr auto of_vs_code = R"({
  "inputs": [
    { "type": "promptString", "id": "github-token", "description": "GitHub token", "password": true }
  ],
  "servers": {
    /* hosted by GitHub */
    "github": {
      "type": "http",
      "url": "https://api.githubcopilot.com/mcp/"
    },
    "local": {
      "type": "stdio",
      "command": "docker",
      "args": ["run", "-i", "--rm", "-e", "GITHUB_TOKEN", "ghcr.io/github/github-mcp-server"],
      "env": { "GITHUB_TOKEN": "@TOKEN@", "HTTPS_PROXY": null, "PORT": 8080 },
      "cwd": "${workspaceFolder}",
      "dev": { "watch": "src/**/*.ts" }
    }
  }
})";

std::string with_token(const char* value) {
    std::string text = of_vs_code;
    return text.replace(text.find("@TOKEN@"), 7, value);
}

TEST(client_files, of_vs_code) {
    const server_file out = anns.read_well(with_token("${env:GITHUB_TOKEN}"));
    EXPECT_EQ(out.name, "local");
    EXPECT_EQ(out.command, "docker");
    EXPECT_EQ(out.environment, (strings{"GITHUB_TOKEN=ghp-secret", "PORT=8080"}));
    EXPECT_EQ(out.withheld, (strings{"HTTPS_PROXY"}));
    EXPECT_EQ(out.directory, "/home/ann/shop");
    EXPECT_EQ(out.ignored, (strings{"inputs", "servers.local.dev"}));
}

TEST(client_files, of_vs_code_with_an_input_say_what_to_write_instead) {
    EXPECT_EQ(anns.mistake_in(with_token("${input:github-token}")),
              "15: servers.local.env.GITHUB_TOKEN: ${input:github-token} is a question that the editor asks its user, and the bridge has nobody to "
              "ask; set the environment variable GITHUB_TOKEN, and write ${GITHUB_TOKEN} here");
}

TEST(client_files, of_windsurf) {
    constexpr auto text = R"({
  "mcpServers": {
    "figma": {
      "serverUrl": "https://mcp.figma.com/mcp",
      "headers": { "Authorization": "Bearer ${env:FIGMA_TOKEN}" }
    },
    "memory": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-memory"],
      "disabled": false,
      "disabledTools": ["delete_entities"]
    }
  }
})";
    const server_file out = anns.read_well(text);
    EXPECT_EQ(out.name, "memory");
    EXPECT_EQ(out.ignored, (strings{"mcpServers.memory.disabled", "mcpServers.memory.disabledTools"}));
    EXPECT_EQ(
        anns.mistake_in(text, "figma"),
        "4: mcpServers.figma.serverUrl: a server that is reached over HTTP; only those started by a command (\"type\": \"stdio\") can be hosted");
}

TEST(client_files, of_other_clients) {
    EXPECT_EQ(anns.read_well(R"({"mcpServers":{"a":{"type":"local","command":"npx","tools":["*"],"args":["x"]}}})").name, "a") << "Copilot CLI";
    EXPECT_EQ(anns.read_well(R"({"mcpServers":{"a":{"httpUrl":"https://a.example"},"b":{"command":"npx","trust":true}}})").name, "b") << "Gemini CLI";
    EXPECT_EQ(
        anns.read_well(R"({"mcpServers":{"a":{"type":"streamableHttp","url":"https://a.example"},"b":{"command":"npx","alwaysAllow":[]}}})").name,
        "b")
        << "Cline";
    EXPECT_EQ(anns.read_well(R"({"mcpServers":{"a":{"command":"${GITHUB_TOKEN:-x}"},"b":null}})").command, "ghp-secret") << "Claude Code";
}

TEST(client_files, with_servers_over_http_alone_say_so) {
    EXPECT_EQ(anns.mistake_in(R"({"mcpServers":{"a":{"url":"https://a.example"},"b":{"type":"sse","url":"https://b.example"}}})"),
              "1: mcpServers.a.url: a server that is reached over HTTP; only those started by a command (\"type\": \"stdio\") can be hosted");
}

TEST(client_files, with_several_commands_name_those_that_can_be_hosted) {
    EXPECT_EQ(anns.mistake_in(R"({"servers":{"a":{"command":"a"},"b":{"url":"https://b.example"},"c":{"command":"c"}}})"),
              "1: servers: has several servers; --server (MCP_BRIDGE_SERVER) must name one of: a, c");
}

TEST(client_files, may_have_null_for_what_is_not_set) {
    const server_file out = anns.read_well(
        R"({"mcpServers":{"a":{"type":null,"command":"c","args":null,"env":null,"envFile":null,"cwd":null,"url":null,"disabled":null}},
            "servers":null,"options":null,"limits":{"max-batch":null}})");
    EXPECT_EQ(out.command, "c");
    EXPECT_TRUE(out.limits.empty());
    EXPECT_TRUE(out.ignored.empty());
    EXPECT_NE(anns.mistake_in(R"({"mcpServers":{"a":{"command":"c","args":["x",null]}}})").find("args[1]: must be a string"), std::string::npos);
}

TEST(client_files, without_a_list_of_servers_show_one) {
    EXPECT_NE(anns.mistake_in(R"({"command":"npx"})").find(R"(write "mcpServers": { "NAME": { "command")"), std::string::npos);
}

}  // namespace
}  // namespace bridge::app
